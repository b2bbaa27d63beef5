
-- ── Relations: live claims of the same subject, predicate, object and sign, assembled over documents ────────────────
--
-- claim_arguments   what makes two claims be about the same things
-- study_designs     what kind of study a document reports, and which documents report the same study
-- evidence          each claim with the relation it belongs to, the side it takes and its weight
-- claim_contexts    where, in whom and at what dose each claim holds
-- relations         the evidence counted, and weighed into a belief
-- contradictions    relations of one pair that exclude each other, split by context
--
-- docs/reference/relations.md explains the belief and its sources.

-- What makes two arguments the same: the primary CURIE, or the words without regard to case and spacing where there is none.
CREATE MACRO argument_key(ids, words) AS coalesce(ids[1], lower(trim(regexp_replace(words, '\s+', ' ', 'g'))));

CREATE MACRO statement_label(claim, subject, predicate, sign, object) AS
  CASE WHEN claim IS NOT NULL
    THEN '(' || concat_ws(' ', coalesce(subject, '…'), predicate || coalesce(' ' || sign, ''), object) || ')'
  END;

CREATE VIEW claim_arguments AS
WITH keyed AS (
  SELECT c.id AS claim_id, c.doc_id, c.predicate,
    -- An argument that is itself a claim is named by what that claim says.
    coalesce(argument_key(c.subject_ids, c.subject_text), statement_label(
      c.subject_claim, argument_key(s.subject_ids, s.subject_text), s.predicate, s.sign, argument_key(s.object_ids, s.object_text))) AS sk,
    coalesce(c.subject_text, statement_label(c.subject_claim, s.subject_text, s.predicate, s.sign, s.object_text)) AS st,
    CASE WHEN c.subject_claim IS NULL THEN c.subject_type ELSE 'claim' END AS sf,
    c.subject_level AS sl,
    coalesce(argument_key(c.object_ids, c.object_text), statement_label(
      c.object_claim, argument_key(o.subject_ids, o.subject_text), o.predicate, o.sign, argument_key(o.object_ids, o.object_text))) AS ok,
    coalesce(c.object_text, statement_label(c.object_claim, o.subject_text, o.predicate, o.sign, o.object_text)) AS ot,
    CASE WHEN c.object_claim IS NULL THEN c.object_type ELSE 'claim' END AS "of",
    c.object_level AS ol,
    -- Of a symmetric predicate the argument with the smaller key comes first.
    c.predicate IN ('binds', 'interacts_with', 'correlates_with', 'related_to', 'same_as')
      AND coalesce(ok < sk, false) AS swapped
  FROM claims c
  LEFT JOIN claims s ON s.id = c.subject_claim AND s.doc_id = c.doc_id
  LEFT JOIN claims o ON o.id = c.object_claim AND o.doc_id = c.doc_id
)
SELECT claim_id, doc_id,
  md5(concat_ws('|', coalesce(if(swapped, ok, sk), ''), coalesce(if(swapped, ol, sl), ''), predicate, coalesce(if(swapped, sk, ok), ''),
    coalesce(if(swapped, sl, ol), ''))) AS pair_id,
  if(swapped, ok, sk) AS subject_key, if(swapped, ot, st) AS subject_words, if(swapped, "of", sf) AS subject_family,
  if(swapped, ol, sl) AS subject_level,
  if(swapped, sk, ok) AS object_key, if(swapped, st, ot) AS object_words, if(swapped, sf, "of") AS object_family,
  if(swapped, sl, ol) AS object_level
FROM keyed;
COMMENT ON VIEW claim_arguments IS 'The arguments of each live claim as relations see them: the key that makes them equal, and symmetric predicates put in one order. `pair_id` is shared by all claims about one subject, predicate and object, whatever their sign.';

-- Kinds of study, from publication types and MeSH headings as NLM assigns them; a document may be several.
CREATE MACRO study_types(publication_types, headings) AS list_filter([
  CASE WHEN list_has_any(publication_types, ['Meta-Analysis', 'Network Meta-Analysis']) THEN 'meta-analysis' END,
  CASE WHEN list_has_any(publication_types, ['Review', 'Systematic Review', 'Scoping Review']) THEN 'review' END,
  CASE WHEN list_has_any(publication_types, ['Randomized Controlled Trial', 'Equivalence Trial', 'Pragmatic Clinical Trial']) THEN 'randomized trial' END,
  CASE WHEN len(list_filter(publication_types, lambda x: x LIKE '%Clinical Trial%' OR x IN ('Randomized Controlled Trial', 'Equivalence Trial', 'Clinical Study'))) > 0
    THEN 'clinical trial' END,
  CASE WHEN list_has_any(publication_types, ['Observational Study', 'Twin Study'])
    OR list_has_any(headings, ['D015331', 'D016022', 'D003430', 'D011446', 'D012189', 'D005500', 'D008137']) THEN 'observational study' END,
  CASE WHEN list_contains(publication_types, 'Case Reports') THEN 'case report' END,
  CASE WHEN list_has_any(publication_types, ['Comment', 'Editorial', 'Letter', 'News', 'Newspaper Article', 'Patient Education Handout']) THEN 'comment' END,
  CASE WHEN list_contains(publication_types, 'Preprint') THEN 'preprint' END,
  CASE WHEN list_has_any(headings, ['D066298', 'D002478', 'D002460', 'D045744', 'D014407', 'D019169', 'D057809', 'D006367', 'D018929', 'D046508', 'D016466', 'D006412'])
    THEN 'in vitro' END,
  CASE WHEN list_has_any(headings, ['D000818', 'D004195', 'D051379', 'D051381', 'D008810', 'D018345', 'D011817', 'D013552', 'D004285', 'D002417', 'D015027'])
    THEN 'animal' END,
  CASE WHEN list_contains(headings, 'D006801') THEN 'human' END
], lambda x: x IS NOT NULL);

CREATE VIEW study_designs AS
WITH headed AS (
  SELECT doc_id, year, coalesce(publication_types, []) AS publication_types, coalesce(list_transform(mesh, lambda x: x.id), []) AS headings,
    coalesce(retracted OR list_contains(publication_types, 'Retraction of Publication'), false) AS withdrawn,
    coalesce(list_transform(list_filter(links, lambda x: x.pmid <> '' AND x.kind IN (
      'UpdateOf', 'RepublishedFrom', 'CorrectedandRepublishedFrom', 'ReprintOf', 'ErratumFor', 'CommentOn', 'SummaryForPatientsOf', 'OriginalReportIn'
    )), lambda x: 'pubmed:' || x.pmid), []) AS origins
  FROM documents SEMI JOIN claims USING (doc_id)
)
SELECT doc_id, coalesce(list_min(origins), doc_id) AS study_id, year, study_types(publication_types, headings) AS study_types,
  list_filter(headings, lambda x: x IN ('D006801', 'D051379', 'D051381', 'D011817', 'D013552', 'D004285', 'D002417', 'D015027')) AS species_headings,
  len(origins) > 0 OR list_has_any(study_types, ['review', 'comment']) AS retold,
  withdrawn
FROM headed;
COMMENT ON VIEW study_designs IS 'What kind of study each live document that makes claims reports.';
COMMENT ON COLUMN study_designs.study_id IS 'The document whose study it is: itself, or the one that it updates, reprints, corrects or comments on. Documents of one study are not independent of each other.';
COMMENT ON COLUMN study_designs.year IS 'Year of publication.';
COMMENT ON COLUMN study_designs.study_types IS '`meta-analysis`, `review`, `randomized trial`, `clinical trial`, `observational study`, `case report`, `comment`, `preprint`, `in vitro`, `animal`, `human`, as NLM''s publication types and MeSH headings say; empty where they say nothing.';
COMMENT ON COLUMN study_designs.species_headings IS 'MeSH check tags that name a species.';
COMMENT ON COLUMN study_designs.retold IS 'Whether the document tells mostly what others found: a review, a comment, another version of a report.';
COMMENT ON COLUMN study_designs.withdrawn IS 'Retracted, or the notice that retracts.';

-- How much a statement commits to what it says, on SemRep's scale of factuality.
CREATE MACRO commitment(factuality) AS CASE factuality
  WHEN 'fact' THEN 1.0 WHEN 'counterfact' THEN 1.0 WHEN 'probable' THEN 0.8 WHEN 'possible' THEN 0.5 WHEN 'conditional' THEN 0.5 WHEN 'doubtful' THEN 0.2
  ELSE 0.0 END;

-- How probable it is that the document supports what the claim says: that the reading is right, times what it commits to.
CREATE MACRO claim_weight(score, predicate, factuality, modality, role, inferred, retold) AS
  greatest(0.0, least(coalesce(score, 0.5), 0.95)) * commitment(factuality)
  * CASE
      WHEN modality IN ('aim', 'unknown') OR role IN ('aim', 'reagent') OR predicate = 'open_question' THEN 0.0
      -- Things that go together need not act on each other.
      WHEN modality = 'correlational' AND predicate <> 'correlates_with' THEN 0.0
      WHEN modality = 'interpretation' THEN 0.8
      ELSE 1.0
    END
  -- Where a thing is and what it is part of is told as background by its nature.
  * CASE WHEN retold OR role = 'background'
      OR (modality = 'background' AND predicate NOT IN ('participates_in', 'expressed_on', 'located_in', 'part_of', 'contains')) THEN 0.5
      ELSE 1.0 END
  * CASE WHEN inferred THEN 0.9 ELSE 1.0 END;

-- Which signs cannot both hold. An effect of unknown direction is only denied by a tested null.
CREATE MACRO opposes(one, other) AS
  coalesce((one IN ('+', '-', '0') AND other IN ('+', '-', '0') AND one <> other) OR (one = '?' AND other = '0'), false);

-- The share of the evidence that is for it, of what all evidence together is worth. `support` and `opposition` are sums of
-- -ln(1 - weight) over independent studies, so that without opposition this is the noisy-or of the weights.
CREATE MACRO belief(support, opposition) AS CASE
  WHEN support + opposition > 0 THEN 0.95 * support / (support + opposition) * (1 - exp(-(support + opposition)))
  ELSE 0.0 END;

CREATE VIEW evidence AS
SELECT a.claim_id, a.doc_id, md5(a.pair_id || coalesce(c.sign, '')) AS relation_id, a.pair_id,
  a.subject_key, a.subject_words, a.subject_family, a.subject_level, c.predicate, c.sign,
  a.object_key, a.object_words, a.object_family, a.object_level,
  c.aspect, c.negated, c.factuality, c.modality, c.role, c.derived_from, c.score,
  coalesce(d.study_id, a.doc_id) AS study_id, d.year, coalesce(d.study_types, []::VARCHAR[]) AS study_types, coalesce(d.retold, false) AS retold,
  coalesce(d.withdrawn, false) AS withdrawn,
  c.role = 'aim' OR c.modality = 'aim' AS is_aim,
  -- The notice that withdraws a paper often repeats its title, and must not count as support for it.
  NOT withdrawn AND NOT is_aim AS counts,
  counts AND NOT c.negated AND c.factuality <> 'counterfact' AS affirms,
  -- To say that it is not so that it is not so is neither.
  counts AND (c.negated <> (c.factuality = 'counterfact')) AS denies,
  CASE WHEN affirms OR denies
    THEN claim_weight(c.score, c.predicate, c.factuality, c.modality, c.role, c.derived_from IS NOT NULL, coalesce(d.retold, false))
    ELSE 0.0 END AS weight
FROM claim_arguments a
JOIN claims c ON c.id = a.claim_id AND c.doc_id = a.doc_id
LEFT JOIN study_designs d ON d.doc_id = c.doc_id
WHERE c.role <> 'reagent';
COMMENT ON VIEW evidence IS 'Each live claim with the relation it belongs to, the side it takes and its weight. Reagents are no claims.';
COMMENT ON COLUMN evidence.claim_id IS 'The claim.';
COMMENT ON COLUMN evidence.doc_id IS 'Its document.';
COMMENT ON COLUMN evidence.relation_id IS 'The relation.';
COMMENT ON COLUMN evidence.pair_id IS 'The same for all signs of one subject, predicate and object.';
COMMENT ON COLUMN evidence.study_id IS 'The study the document reports; see `study_designs`.';
COMMENT ON COLUMN evidence.study_types IS 'What kind of study that is.';
COMMENT ON COLUMN evidence.retold IS 'Whether the document tells mostly what others found.';
COMMENT ON COLUMN evidence.withdrawn IS 'Whether it is retracted, or a notice of retraction.';
COMMENT ON COLUMN evidence.is_aim IS 'Whether it only tells an aim.';
COMMENT ON COLUMN evidence.counts IS 'Whether it is counted: neither withdrawn nor an aim.';
COMMENT ON COLUMN evidence.affirms IS 'Whether it says that the relation holds, however surely.';
COMMENT ON COLUMN evidence.denies IS 'Whether it says that it does not hold.';
COMMENT ON COLUMN evidence.weight IS 'How probable it is that the document supports (or denies) the relation, 0 to 0.95.';

CREATE VIEW claim_contexts AS
WITH said AS (
  SELECT id AS claim_id, doc_id,
    unnest(from_json(context, '[{"slot":"VARCHAR","text":"VARCHAR","ids":["VARCHAR"],"stated":"BOOLEAN"}]')) AS part
  FROM claims WHERE context IS NOT NULL AND context <> '[]'
), slots AS (
  SELECT claim_id, doc_id, part.slot AS slot, argument_key(part.ids, part.text) AS value_key, part.text AS value,
    if(coalesce(part.stated, true), 'sentence', 'earlier') AS source
  FROM said
)
SELECT * FROM slots
UNION ALL
-- Where no sentence names a species, the indexers' check tags do.
SELECT c.id, c.doc_id, 'species', tag.key, tag.label, 'record'
FROM claims c
JOIN study_designs d ON d.doc_id = c.doc_id
JOIN (VALUES
  ('D006801', 'NCBITaxon:9606', 'human'), ('D051379', 'NCBITaxon:10090', 'mouse'), ('D051381', 'NCBITaxon:10116', 'rat'),
  ('D011817', 'NCBITaxon:9986', 'rabbit'), ('D013552', 'NCBITaxon:9823', 'pig'), ('D004285', 'NCBITaxon:9615', 'dog'),
  ('D002417', 'NCBITaxon:9913', 'cattle'), ('D015027', 'NCBITaxon:7955', 'zebrafish')
) tag(heading, key, label) ON list_contains(d.species_headings, tag.heading)
ANTI JOIN (SELECT claim_id, doc_id FROM slots WHERE slot = 'species') s ON s.claim_id = c.id AND s.doc_id = c.doc_id;
COMMENT ON VIEW claim_contexts IS 'Where, in whom and at what dose each live claim holds; a row for each slot.';
COMMENT ON COLUMN claim_contexts.claim_id IS 'The claim.';
COMMENT ON COLUMN claim_contexts.doc_id IS 'Its document.';
COMMENT ON COLUMN claim_contexts.slot IS 'cell_type, species, compartment, disease, population, dose, condition or time.';
COMMENT ON COLUMN claim_contexts.value_key IS 'Primary CURIE, or the words in lower case: what makes two values equal.';
COMMENT ON COLUMN claim_contexts.value IS 'The words.';
COMMENT ON COLUMN claim_contexts.source IS '`sentence` that makes the claim, an `earlier` one, or the `record` (MeSH check tags).';

CREATE VIEW relations AS
WITH told AS MATERIALIZED (
  SELECT * FROM evidence
), concept AS (
  SELECT ids[1] AS id, min(concept) AS concept FROM mentions GROUP BY ALL
), grouped AS (
  SELECT relation_id, pair_id,
    subject_key, min(subject_words) AS subject_words, min(subject_family) AS subject_family, subject_level,
    predicate, sign,
    object_key, min(object_words) AS object_words, min(object_family) AS object_family, object_level,
    count(*) FILTER (counts) AS claims,
    count(DISTINCT doc_id) FILTER (counts) AS documents,
    count(DISTINCT study_id) FILTER (counts) AS studies,
    count(*) FILTER (affirms) AS affirmed,
    count(*) FILTER (affirms AND factuality = 'fact') AS certain,
    count(*) FILTER (counts AND negated) AS negated,
    count(*) FILTER (counts AND factuality <> 'fact') AS uncertain,
    count(*) FILTER (counts AND modality = 'correlational') AS correlational,
    count(*) FILTER (counts AND (role = 'background' OR modality = 'background')) AS background,
    count(*) FILTER (counts AND derived_from IS NOT NULL) AS inferred,
    count(*) FILTER (is_aim AND NOT withdrawn) AS aims,
    count(*) FILTER (withdrawn) AS retracted_claims,
    count(DISTINCT doc_id) FILTER (withdrawn) AS retracted_documents,
    list_sort(list(DISTINCT aspect) FILTER (aspect IS NOT NULL)) AS aspects,
    histogram(factuality) FILTER (counts) AS factualities,
    min(year) FILTER (counts) AS first_year,
    max(year) FILTER (counts) AS last_year,
    max(score) FILTER (counts) AS best_score
  FROM told
  GROUP BY relation_id, pair_id, subject_key, subject_level, predicate, sign, object_key, object_level
), sides AS (
  -- What a study says several times it says once, as surely as where it says it best.
  SELECT relation_id, pair_id, sign, study_id, max(weight) FILTER (affirms) AS pro, max(weight) FILTER (denies) AS con
  FROM told WHERE weight > 0 GROUP BY ALL
), against AS (
  SELECT relation_id, study_id, con FROM sides WHERE con IS NOT NULL
  UNION ALL
  SELECT g.relation_id, s.study_id, s.pro FROM grouped g JOIN sides s ON s.pair_id = g.pair_id AND opposes(g.sign, s.sign) WHERE s.pro IS NOT NULL
), support AS (
  SELECT relation_id, sum(-ln(1 - pro)) AS support FROM sides WHERE pro IS NOT NULL GROUP BY ALL
), opposition AS (
  SELECT relation_id, sum(-ln(1 - con)) AS opposition
  FROM (SELECT relation_id, study_id, max(con) AS con FROM against GROUP BY ALL) GROUP BY ALL
), years AS (
  SELECT relation_id, histogram(year) AS years
  FROM (SELECT DISTINCT relation_id, doc_id, year FROM told WHERE counts AND year IS NOT NULL) GROUP BY ALL
), designs AS (
  SELECT relation_id, histogram(kind) AS study_types
  FROM (SELECT DISTINCT relation_id, doc_id, unnest(study_types) AS kind FROM told WHERE counts) GROUP BY ALL
), contexts AS (
  SELECT relation_id, list({'slot': slot, 'value': value, 'claims': claims, 'documents': documents} ORDER BY slot, documents DESC, claims DESC, value) AS contexts
  FROM (
    SELECT e.relation_id, x.slot, min(x.value) AS value, count(DISTINCT e.claim_id) AS claims, count(DISTINCT e.doc_id) AS documents
    FROM told e JOIN claim_contexts x ON x.claim_id = e.claim_id AND x.doc_id = e.doc_id
    WHERE e.counts GROUP BY e.relation_id, x.slot, x.value_key
  ) GROUP BY ALL
)
SELECT g.relation_id, pair_id, subject_key, coalesce(s.concept, subject_words) AS subject, subject_family, subject_level,
  predicate, sign, object_key, coalesce(o.concept, object_words) AS object, object_family, object_level,
  CASE WHEN predicate <> 'open_question' THEN round(belief(coalesce(support, 0), coalesce(opposition, 0)), 4) END AS belief,
  CASE WHEN predicate <> 'open_question' THEN round(belief(coalesce(opposition, 0), coalesce(support, 0)), 4) END AS disbelief,
  claims, documents, studies, affirmed, certain, negated,
  coalesce(CASE
    WHEN sign IN ('+', '-', '0')
    THEN sum(affirmed) FILTER (sign IN ('+', '-', '0')) OVER (PARTITION BY pair_id) - affirmed
  END, 0)::BIGINT AS opposed,
  uncertain, correlational, background, inferred, aims, retracted_claims, retracted_documents,
  coalesce(aspects, []::VARCHAR[]) AS aspects, first_year, last_year, best_score,
  coalesce(factualities, MAP {}::MAP(VARCHAR, UBIGINT)) AS factualities,
  coalesce(years, MAP {}::MAP(SMALLINT, UBIGINT)) AS years,
  coalesce(study_types, MAP {}::MAP(VARCHAR, UBIGINT)) AS study_types,
  coalesce(contexts, []) AS contexts
FROM grouped g
LEFT JOIN support USING (relation_id)
LEFT JOIN opposition USING (relation_id)
LEFT JOIN years USING (relation_id)
LEFT JOIN designs USING (relation_id)
LEFT JOIN contexts USING (relation_id)
LEFT JOIN concept s ON s.id = subject_key
LEFT JOIN concept o ON o.id = object_key;
COMMENT ON VIEW relations IS 'Live claims of the same subject, predicate, object and sign. Retracted documents and aims are kept out of the counts and counted apart; reagents are no claims.';
COMMENT ON COLUMN relations.relation_id IS 'Stable hash of what the relation says.';
COMMENT ON COLUMN relations.pair_id IS 'The same for all signs of one subject, predicate and object.';
COMMENT ON COLUMN relations.subject_key IS 'Primary CURIE of the subject, or its words in lower case.';
COMMENT ON COLUMN relations.subject IS 'Label of its concept, or its words.';
COMMENT ON COLUMN relations.subject_family IS 'Its concept family or entity type; `claim` where the subject is a claim.';
COMMENT ON COLUMN relations.subject_level IS '`low`, `high`, `absent` or null.';
COMMENT ON COLUMN relations.predicate IS 'From the closed list of predicates.';
COMMENT ON COLUMN relations.sign IS '`+`, `-`, `0` (tested, no change), `?` (direction not said) or null.';
COMMENT ON COLUMN relations.belief IS 'How far the evidence read supports it, 0 to 0.95; null for open questions.';
COMMENT ON COLUMN relations.disbelief IS 'How far the evidence read speaks against it: denials and opposite signs.';
COMMENT ON COLUMN relations.studies IS 'Independent studies among the documents.';
COMMENT ON COLUMN relations.factualities IS 'Claims by factuality.';
COMMENT ON COLUMN relations.years IS 'Documents by year of publication.';
COMMENT ON COLUMN relations.study_types IS 'Documents by kind of study; one may be of several kinds.';
COMMENT ON COLUMN relations.contexts IS 'Claims and documents by context.';
COMMENT ON COLUMN relations.claims IS 'Claims, affirmed or not.';
COMMENT ON COLUMN relations.documents IS 'Documents these stand in.';
COMMENT ON COLUMN relations.affirmed IS 'Claims that are neither negated nor counterfactual.';
COMMENT ON COLUMN relations.certain IS 'Affirmed claims that are stated as fact.';
COMMENT ON COLUMN relations.negated IS 'Claims that deny it.';
COMMENT ON COLUMN relations.opposed IS 'Affirmed claims of the same pair with another of the signs `+`, `-`, `0`.';
COMMENT ON COLUMN relations.uncertain IS 'Claims whose factuality is not `fact`.';
COMMENT ON COLUMN relations.correlational IS 'Claims of a correlation.';
COMMENT ON COLUMN relations.background IS 'Claims told as background.';
COMMENT ON COLUMN relations.inferred IS 'Claims that follow from another one.';
COMMENT ON COLUMN relations.aims IS 'Statements of an aim; not among the claims.';
COMMENT ON COLUMN relations.retracted_claims IS 'Claims of retracted documents and of the notices that retract them; not among the claims.';
COMMENT ON COLUMN relations.retracted_documents IS 'Retracted documents that make it.';
COMMENT ON COLUMN relations.aspects IS 'What of the object changes, by any of the claims.';
COMMENT ON COLUMN relations.first_year IS 'Year of the first document.';
COMMENT ON COLUMN relations.last_year IS 'Year of the last document.';
COMMENT ON COLUMN relations.best_score IS 'Highest score of a claim.';

CREATE VIEW contradictions AS
WITH sides AS (
  SELECT *, affirmed > 0 AND sign IN ('+', '-', '0', '?') AS signed FROM relations WHERE claims > 0 AND predicate <> 'open_question'
), pairs AS (
  SELECT pair_id, any_value(subject_key) AS subject_key, min(subject) AS subject, min(subject_family) AS subject_family, any_value(subject_level) AS subject_level,
    any_value(predicate) AS predicate, any_value(object_key) AS object_key, min(object) AS object, min(object_family) AS object_family,
    any_value(object_level) AS object_level,
    list({'relation_id': relation_id, 'sign': sign, 'belief': belief, 'disbelief': disbelief, 'documents': documents, 'affirmed': affirmed, 'negated': negated, 'aspects': aspects,
      'first_year': first_year, 'last_year': last_year, 'study_types': study_types} ORDER BY belief DESC, sign) AS sides,
    max(least(belief, disbelief)) AS conflict,
    bool_or(affirmed > 0 AND negated > 0) OR count(*) FILTER (signed AND sign <> '?') > 1
      OR (bool_or(signed AND sign = '?') AND bool_or(signed AND sign = '0')) AS contested,
    bool_or(signed AND sign IN ('+', '-')) AS directed
  FROM sides GROUP BY pair_id
), stands AS (
  -- What a claim says of the pair: the sign, or that it is denied.
  SELECT e.pair_id, e.claim_id, e.doc_id, if(e.denies, 'denied' || coalesce(' ' || e.sign, ''), coalesce(e.sign, 'affirmed')) AS stance
  FROM evidence e JOIN pairs p ON p.pair_id = e.pair_id AND p.contested
  -- An effect whose direction is not said takes no side between the directions.
  WHERE (e.affirms OR e.denies) AND NOT (p.directed AND coalesce(e.sign = '?', false))
), places AS (
  SELECT claim_id, doc_id, slot, value_key, value FROM claim_contexts
  UNION ALL SELECT claim_id, doc_id, 'aspect', aspect, aspect FROM evidence WHERE aspect IS NOT NULL
), placed AS (
  SELECT s.pair_id, x.slot, x.value_key, min(x.value) AS value, s.stance, count(DISTINCT s.doc_id) AS documents
  FROM stands s JOIN places x ON x.claim_id = s.claim_id AND x.doc_id = s.doc_id
  GROUP BY s.pair_id, x.slot, x.value_key, s.stance
), split AS (
  SELECT pair_id, slot, value_key, min(value) AS value, map_from_entries(list((stance, documents) ORDER BY stance)) AS documents, count(*) AS stances
  FROM placed GROUP BY pair_id, slot, value_key
), slots AS (
  -- A context may explain a contradiction where every stance states one and no value is shared.
  -- Doses also not where the range of one holds that of another.
  SELECT pair_id, slot, list({'value': value, 'documents': documents} ORDER BY value) AS "values",
    list({'heard': map_keys(documents), 'low': low, 'high': high, 'unit': unit}) AS ranges,
    max(stances) = 1 AND (slot <> 'dose' OR len(list_filter(ranges, lambda x: len(list_filter(ranges, lambda y:
      x.heard <> y.heard AND x.unit = y.unit AND x.low <= y.high AND y.low <= x.high)) > 0)) = 0) AS parted,
    list_distinct(flatten(list(map_keys(documents)))) AS heard
  FROM (
    SELECT *, list_min(figures) AS low, list_max(figures) AS high, regexp_extract(value, '[^\d\s.,–-][^\d\s]*$') AS unit
    FROM (SELECT *, list_transform(regexp_extract_all(replace(value, ',', '.'), '\d+(?:\.\d+)?'), lambda x: TRY_CAST(x AS DOUBLE)) AS figures FROM split)
  ) GROUP BY pair_id, slot
), total AS (
  SELECT pair_id, list(DISTINCT stance) AS stances FROM stands GROUP BY pair_id
)
SELECT pair_id, p.subject_key, p.subject, p.subject_family, p.subject_level, p.predicate, p.object_key, p.object, p.object_family, p.object_level,
  conflict, p.sides,
  coalesce(list({'slot': slot, 'values': "values"} ORDER BY slot) FILTER (slot IS NOT NULL), []) AS contexts,
  coalesce(list(slot ORDER BY slot) FILTER (parted AND len(heard) = len(stances)), []) AS explained_by
FROM pairs p JOIN total USING (pair_id) LEFT JOIN slots USING (pair_id)
WHERE contested
GROUP BY ALL;
COMMENT ON VIEW contradictions IS 'Pairs of a subject and an object of which documents say what cannot all be so: opposite signs, an effect and none, a statement and its denial. With how the two sides differ in context.';
COMMENT ON COLUMN contradictions.pair_id IS 'The pair; see `relations`.';
COMMENT ON COLUMN contradictions.conflict IS 'How contested it is: the smaller of belief and disbelief of the most contested side; 0 where one side has no weight.';
COMMENT ON COLUMN contradictions.sides IS 'The relations of the pair, the best believed first.';
COMMENT ON COLUMN contradictions.contexts IS 'For each slot (those of claims, and `aspect`) and value, in how many documents it goes with which stance: a sign, or a denial.';
COMMENT ON COLUMN contradictions.explained_by IS 'Slots that may explain it: every stance states one, and none states the same as another.';
