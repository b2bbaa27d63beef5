-- The evidence store: its tables and its live views.
--
-- This file is the design of the store and what the store runs. Part one declares the tables of a segment: a set of
-- Parquet files with the rows of one source file or of several, written once and never changed. Each has a last column
-- `file`, the number of the source file. In an open store each `segment.<table>` is a view over the files of all segments.
-- Part two is what users ask: the rows that count. The reference page is generated from this file.

CREATE SCHEMA segment;

-- ── Part one: the tables of a segment ───────────────────────────────────────────────────────────────────────────────

CREATE TABLE segment.documents (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  kind VARCHAR,
  title VARCHAR,
  has_abstract BOOLEAN,
  year SMALLINT,
  date VARCHAR,
  journal VARCHAR,
  journal_abbreviation VARCHAR,
  languages VARCHAR[],
  publication_types VARCHAR[],
  mesh STRUCT(id VARCHAR, "label" VARCHAR, major BOOLEAN, qualifiers VARCHAR[])[],
  chemicals STRUCT(id VARCHAR, registry VARCHAR, "label" VARCHAR)[],
  keywords VARCHAR[],
  doi VARCHAR,
  pmcid VARCHAR,
  links STRUCT(kind VARCHAR, pmid VARCHAR, "source" VARCHAR)[],
  vernacular_title VARCHAR,
  other_abstracts STRUCT(kind VARCHAR, "language" VARCHAR, "text" VARCHAR)[],
  status VARCHAR,
  "text" VARCHAR
);
COMMENT ON TABLE segment.documents IS 'Every document of the file, all its versions, with its bibliographic record.';
COMMENT ON COLUMN segment.documents.doc_id IS 'CURIE (`pubmed:35051368`), or the id given where the format has no identifier space.';
COMMENT ON COLUMN segment.documents.doc_version IS 'Version of the record; 1 where the format has none.';
COMMENT ON COLUMN segment.documents.record IS 'Zero-based index of the record in its file.';
COMMENT ON COLUMN segment.documents.kind IS '`article` or `book`.';
COMMENT ON COLUMN segment.documents.title IS 'Title as it stands in the canonical text.';
COMMENT ON COLUMN segment.documents.has_abstract IS 'Whether there is any abstract text.';
COMMENT ON COLUMN segment.documents.year IS 'Year of publication; of a range the first.';
COMMENT ON COLUMN segment.documents.date IS 'Date of publication in ISO 8601, as exact as given: `2018`, `2018-03` or `2018-03-09`.';
COMMENT ON COLUMN segment.documents.journal IS 'Journal or book title.';
COMMENT ON COLUMN segment.documents.journal_abbreviation IS 'Its abbreviation.';
COMMENT ON COLUMN segment.documents.languages IS 'ISO 639-2 codes.';
COMMENT ON COLUMN segment.documents.publication_types IS 'Publication types by name.';
COMMENT ON COLUMN segment.documents.mesh IS 'MeSH headings: descriptor id, label, whether a major topic, qualifier ids.';
COMMENT ON COLUMN segment.documents.chemicals IS 'Substances: MeSH id, registry number, label.';
COMMENT ON COLUMN segment.documents.keywords IS 'Keywords of the authors.';
COMMENT ON COLUMN segment.documents.doi IS 'DOI.';
COMMENT ON COLUMN segment.documents.pmcid IS 'PubMed Central id.';
COMMENT ON COLUMN segment.documents.links IS 'Links to other records: NLM''s RefType (`RetractionIn`, `ErratumIn`, `CommentOn` …), the other PMID, the source string.';
COMMENT ON COLUMN segment.documents.vernacular_title IS 'Title in the original language.';
COMMENT ON COLUMN segment.documents.other_abstracts IS 'Abstracts in other languages or for other readers; never scanned.';
COMMENT ON COLUMN segment.documents.status IS 'Record status as NLM gives it.';
COMMENT ON COLUMN segment.documents."text" IS 'Canonical text; null for a document without any mention.';

CREATE TABLE segment.mentions (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  passage VARCHAR,
  section VARCHAR,
  sentence INTEGER,
  "start" INTEGER,
  "end" INTEGER,
  "text" VARCHAR,
  family VARCHAR,
  concept VARCHAR,
  ids VARCHAR[],
  counted BOOLEAN,
  nested_in VARCHAR,
  source_start BIGINT,
  source_end BIGINT
);
COMMENT ON TABLE segment.mentions IS 'Every mention that was kept.';
COMMENT ON COLUMN segment.mentions.doc_id IS 'The document.';
COMMENT ON COLUMN segment.mentions.doc_version IS 'Its version.';
COMMENT ON COLUMN segment.mentions.record IS 'Its record in the file.';
COMMENT ON COLUMN segment.mentions.passage IS '`title`, `abstract`, `body` or `reference`.';
COMMENT ON COLUMN segment.mentions.section IS 'Section name as given, or null.';
COMMENT ON COLUMN segment.mentions.sentence IS 'Index of the sentence in the document.';
COMMENT ON COLUMN segment.mentions."start" IS 'First code point in the canonical text.';
COMMENT ON COLUMN segment.mentions."end" IS 'One past the last code point.';
COMMENT ON COLUMN segment.mentions."text" IS 'The words, as they stand in the text.';
COMMENT ON COLUMN segment.mentions.family IS 'Concept family of the lexicon.';
COMMENT ON COLUMN segment.mentions.concept IS 'Label of the concept.';
COMMENT ON COLUMN segment.mentions.ids IS 'Its CURIEs, the primary one first.';
COMMENT ON COLUMN segment.mentions.counted IS 'False for a mention nested in another entity or in a reference list.';
COMMENT ON COLUMN segment.mentions.nested_in IS 'The concept or host that holds it, or null.';
COMMENT ON COLUMN segment.mentions.source_start IS 'First byte in the uncompressed source file; null where it is not known.';
COMMENT ON COLUMN segment.mentions.source_end IS 'One past the last byte.';

CREATE TABLE segment.vetoes (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  passage VARCHAR,
  section VARCHAR,
  sentence INTEGER,
  "start" INTEGER,
  "end" INTEGER,
  "text" VARCHAR,
  family VARCHAR,
  concept VARCHAR,
  ids VARCHAR[],
  counted BOOLEAN,
  nested_in VARCHAR,
  source_start BIGINT,
  source_end BIGINT,
  veto VARCHAR,
  veto_detail VARCHAR
);
COMMENT ON TABLE segment.vetoes IS 'Every candidate mention that was rejected, with the reason. Columns not named here are those of `mentions`.';
COMMENT ON COLUMN segment.vetoes.veto IS 'Reason: `abbreviation`, `needs`, `not_before`, `not_after`, `not_with`, `overlap` …';
COMMENT ON COLUMN segment.vetoes.veto_detail IS 'The words that made the reason.';

CREATE TABLE segment.comentions (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  level VARCHAR,
  passage INTEGER,
  sentence INTEGER,
  families VARCHAR[],
  concepts VARCHAR[]
);
COMMENT ON TABLE segment.comentions IS 'Places where two or more topic families meet: one row for each sentence, passage and document with all families there.';
COMMENT ON COLUMN segment.comentions.doc_id IS 'The document.';
COMMENT ON COLUMN segment.comentions.doc_version IS 'Its version.';
COMMENT ON COLUMN segment.comentions.record IS 'Its record in the file.';
COMMENT ON COLUMN segment.comentions.level IS '`sentence`, `passage` or `document`.';
COMMENT ON COLUMN segment.comentions.passage IS 'Index of the passage; null at document level.';
COMMENT ON COLUMN segment.comentions.sentence IS 'Index of the sentence; null above sentence level.';
COMMENT ON COLUMN segment.comentions.families IS 'Families there, in the lexicon''s order.';
COMMENT ON COLUMN segment.comentions.concepts IS 'Concepts there.';

CREATE TABLE segment.sentences (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  sentence INTEGER,
  passage VARCHAR,
  section VARCHAR,
  "start" INTEGER,
  "end" INTEGER,
  "text" VARCHAR,
  gated BOOLEAN
);
COMMENT ON TABLE segment.sentences IS 'All sentences of the documents in which some passed the gate.';
COMMENT ON COLUMN segment.sentences.doc_id IS 'The document.';
COMMENT ON COLUMN segment.sentences.doc_version IS 'Its version.';
COMMENT ON COLUMN segment.sentences.record IS 'Its record in the file.';
COMMENT ON COLUMN segment.sentences.sentence IS 'Index of the sentence in the document.';
COMMENT ON COLUMN segment.sentences.passage IS '`title`, `abstract`, `body` or `reference`.';
COMMENT ON COLUMN segment.sentences.section IS 'Section name as given, or null.';
COMMENT ON COLUMN segment.sentences."start" IS 'First code point in the canonical text.';
COMMENT ON COLUMN segment.sentences."end" IS 'One past the last code point.';
COMMENT ON COLUMN segment.sentences."text" IS 'The sentence.';
COMMENT ON COLUMN segment.sentences.gated IS 'Whether the sentence itself passed the gate, so that claims were read from it.';

CREATE TABLE segment.claims (
  id VARCHAR,
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  section VARCHAR,
  passage VARCHAR,
  sentence_index INTEGER,
  sentence_start INTEGER,
  sentence_end INTEGER,
  sentence_text VARCHAR,
  subject_text VARCHAR,
  subject_start INTEGER,
  subject_end INTEGER,
  subject_type VARCHAR,
  subject_ids VARCHAR[],
  subject_level VARCHAR,
  subject_claim VARCHAR,
  predicate VARCHAR,
  sign VARCHAR,
  aspect VARCHAR,
  object_text VARCHAR,
  object_start INTEGER,
  object_end INTEGER,
  object_type VARCHAR,
  object_ids VARCHAR[],
  object_level VARCHAR,
  object_claim VARCHAR,
  negated BOOLEAN,
  factuality VARCHAR,
  modality VARCHAR,
  necessity VARCHAR,
  via VARCHAR,
  perturbation_kind VARCHAR,
  perturbation_agent VARCHAR,
  role VARCHAR,
  context VARCHAR,
  cue_text VARCHAR,
  cue_start INTEGER,
  cue_end INTEGER,
  derived_from VARCHAR,
  score DOUBLE,
  rule VARCHAR,
  provenance VARCHAR
);
COMMENT ON TABLE segment.claims IS 'One row for each claim: what one sentence says. The fields are those of the claim record, flattened.';
COMMENT ON COLUMN segment.claims.id IS 'Stable hash of document, version, spans, predicate, sign and negation.';
COMMENT ON COLUMN segment.claims.doc_id IS 'The document.';
COMMENT ON COLUMN segment.claims.doc_version IS 'Its version.';
COMMENT ON COLUMN segment.claims.record IS 'Its record in the file.';
COMMENT ON COLUMN segment.claims.section IS 'Section name as given, or null.';
COMMENT ON COLUMN segment.claims.passage IS '`title`, `abstract`, `body` or `reference`.';
COMMENT ON COLUMN segment.claims.sentence_index IS 'Index of the sentence in the document.';
COMMENT ON COLUMN segment.claims.sentence_start IS 'First code point of the sentence in the canonical text.';
COMMENT ON COLUMN segment.claims.sentence_end IS 'One past its last code point.';
COMMENT ON COLUMN segment.claims.sentence_text IS 'The sentence.';
COMMENT ON COLUMN segment.claims.subject_text IS 'Words of the subject; null where the subject is a claim. `object_*` is the same for the object.';
COMMENT ON COLUMN segment.claims.subject_type IS 'Its concept family or entity type.';
COMMENT ON COLUMN segment.claims.subject_ids IS 'Its CURIEs, the primary one first.';
COMMENT ON COLUMN segment.claims.subject_level IS '`low`, `high`, `absent` or null.';
COMMENT ON COLUMN segment.claims.subject_claim IS 'Id of the claim that is the subject, or null.';
COMMENT ON COLUMN segment.claims.predicate IS 'From the closed list of predicates.';
COMMENT ON COLUMN segment.claims.sign IS '`+`, `-`, `0` (tested, no change), `?` (direction not said) or null.';
COMMENT ON COLUMN segment.claims.aspect IS 'What of the object changes.';
COMMENT ON COLUMN segment.claims.negated IS 'Whether the sentence denies it.';
COMMENT ON COLUMN segment.claims.factuality IS 'fact, probable, possible, doubtful, counterfact, uncommitted or conditional.';
COMMENT ON COLUMN segment.claims.modality IS 'asserted, correlational, unknown, definitional, background, interpretation, aim or headline.';
COMMENT ON COLUMN segment.claims.necessity IS 'necessary, sufficient, not_sufficient, not_necessary or null.';
COMMENT ON COLUMN segment.claims.via IS 'Mediators, as a JSON array.';
COMMENT ON COLUMN segment.claims.perturbation_kind IS 'What was done to reveal the effect.';
COMMENT ON COLUMN segment.claims.perturbation_agent IS 'With which agent.';
COMMENT ON COLUMN segment.claims.role IS 'result, control, reagent, aim or background.';
COMMENT ON COLUMN segment.claims.context IS 'Where, in whom, at what dose: a JSON array.';
COMMENT ON COLUMN segment.claims.cue_text IS 'The words the claim was read from.';
COMMENT ON COLUMN segment.claims.derived_from IS 'Id of the observed claim from which this one follows, or null.';
COMMENT ON COLUMN segment.claims.score IS 'Between 0 and 1.';
COMMENT ON COLUMN segment.claims.rule IS 'The rule that read it.';
COMMENT ON COLUMN segment.claims.provenance IS 'Hashes of lexicon, rules and model, as a JSON object.';

CREATE TABLE segment.touched (
  doc_id VARCHAR,
  doc_version INTEGER,
  record BIGINT,
  deleted BOOLEAN
);
COMMENT ON TABLE segment.touched IS 'What the file says about which documents exist: a row for each document it holds and for each one it deletes.';
COMMENT ON COLUMN segment.touched.doc_id IS 'The document.';
COMMENT ON COLUMN segment.touched.doc_version IS 'The version given; null for a deletion without one.';
COMMENT ON COLUMN segment.touched.record IS 'Its record in the file; null where the file holds no such document.';
COMMENT ON COLUMN segment.touched.deleted IS 'Whether the file deletes the document.';

CREATE TABLE segment.superseded (
  file BIGINT,
  record BIGINT
);
COMMENT ON TABLE segment.superseded IS 'The records of files that do not count: overridden by a later file or a newer version, or deleted.';
COMMENT ON COLUMN segment.superseded.file IS 'Number of the source file.';
COMMENT ON COLUMN segment.superseded.record IS 'The record in it.';

-- The source files of the snapshot in their order; filled from the manifest when the store is opened.
CREATE TABLE files (
  position INTEGER,
  file BIGINT,
  source VARCHAR,
  md5 VARCHAR,
  lexicon VARCHAR,
  rules VARCHAR,
  model VARCHAR,
  gate VARCHAR,
  whole BOOLEAN,
  segment_id VARCHAR,
  stats VARCHAR
);
COMMENT ON TABLE files IS 'The source files of this snapshot, in the order in which later ones override earlier ones.';
COMMENT ON COLUMN files.position IS 'Place in the order, from 0.';
COMMENT ON COLUMN files.file IS 'Number of the file, a hash of its name and MD5; the last column of every table of a segment.';
COMMENT ON COLUMN files.source IS 'Name of the source file.';
COMMENT ON COLUMN files.md5 IS 'MD5 of its bytes.';
COMMENT ON COLUMN files.lexicon IS 'Hash of the lexicon it was scanned with.';
COMMENT ON COLUMN files.rules IS 'Hash of the rules.';
COMMENT ON COLUMN files.model IS 'Hash of the language model, or empty.';
COMMENT ON COLUMN files.gate IS 'Which sentences were read for claims: `comention`, `mention` or `none`.';
COMMENT ON COLUMN files.whole IS 'False where records that were left out when segments were merged count again: the file must be read again.';
COMMENT ON COLUMN files.segment_id IS 'The segment that holds its rows; the name of a folder.';
COMMENT ON COLUMN files.stats IS 'What the run noted about the file, as a JSON object.';

-- ── Part two: the rows that count ───────────────────────────────────────────────────────────────────────────────────

-- A row counts iff no later file touches its document and its own file neither deletes the document nor holds a
-- newer version of it (of equal versions the last in the file counts). What does not count is found here. Only documents
-- that are touched twice or deleted can be among it, and those are found by a 64-bit hash first, so that the grouping of
-- forty million ids stays small. Each commit brings the list up to date and keeps it as `segment.superseded`.
CREATE VIEW segment.dead AS
WITH twice AS (
  SELECT hash(doc_id) AS h FROM segment.touched GROUP BY h HAVING count(*) > 1 OR bool_or(deleted)
), touches AS (
  SELECT t.doc_id, t.doc_version, t.record, t.deleted, file, f.position
  FROM segment.touched t JOIN files f USING (file)
  WHERE hash(t.doc_id) IN (SELECT h FROM twice)
), ranked AS (
  SELECT *,
    max(position) OVER (PARTITION BY doc_id) AS last_position,
    bool_or(deleted) OVER (PARTITION BY doc_id, position) AS deleted_here,
    row_number() OVER (
      PARTITION BY doc_id, position ORDER BY record IS NULL, doc_version DESC, record DESC
    ) AS rank
  FROM touches
)
SELECT file, record FROM ranked
WHERE record IS NOT NULL AND (position < last_position OR deleted_here OR rank > 1);
COMMENT ON VIEW segment.dead IS 'The records that do not count, found from what the files touch; `segment.superseded` is what it gave at the last commit.';

CREATE VIEW documents AS
SELECT t.* EXCLUDE (file),
  list_contains(t.publication_types, 'Retracted Publication')
    OR coalesce(len(list_filter(t.links, lambda l: l.kind = 'RetractionIn')) > 0, false)
    OR t.doc_id IN (
      SELECT 'pubmed:' || link.pmid
      FROM (SELECT unnest(n.links) AS link FROM segment.documents n ANTI JOIN segment.superseded USING (file, record))
      WHERE link.kind IN ('RetractionOf', 'RetractedandRepublishedFrom') AND link.pmid <> ''
    ) AS retracted,
  t.file
FROM segment.documents t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW documents IS 'Live documents. `retracted`: its record says so, or a live retraction notice names it. `file`: the source file it comes from.';

CREATE VIEW mentions AS
SELECT t.* EXCLUDE (file) FROM segment.mentions t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW mentions IS 'Mentions of live documents.';

CREATE VIEW vetoes AS
SELECT t.* EXCLUDE (file) FROM segment.vetoes t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW vetoes IS 'Rejected candidates of live documents.';

CREATE VIEW comentions AS
SELECT t.* EXCLUDE (file) FROM segment.comentions t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW comentions IS 'Comentions of live documents.';

CREATE VIEW sentences AS
SELECT t.* EXCLUDE (file) FROM segment.sentences t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW sentences IS 'Sentences of live documents that passed the gate.';

CREATE VIEW claims AS
SELECT t.* EXCLUDE (file) FROM segment.claims t ANTI JOIN segment.superseded USING (file, record);
COMMENT ON VIEW claims IS 'Claims of live documents.';
