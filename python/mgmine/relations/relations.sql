
-- ── Relations: live claims of the same subject, predicate, object and sign, assembled over documents ────────────────

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

CREATE VIEW relations AS
WITH concept AS (
  SELECT ids[1] AS id, min(concept) AS concept FROM mentions GROUP BY ALL
), evidence AS (
  SELECT a.*, c.predicate, c.sign, c.aspect, c.negated, c.factuality, c.modality, c.role, c.derived_from, c.score, d.year,
    coalesce(d.retracted OR d.notice, false) AS withdrawn,
    c.role = 'aim' OR c.modality = 'aim' AS is_aim,
    NOT withdrawn AND NOT is_aim AS counts,
    counts AND NOT c.negated AND c.factuality <> 'counterfact' AS affirms
  FROM claim_arguments a
  JOIN claims c ON c.id = a.claim_id AND c.doc_id = a.doc_id
  -- The notice that withdraws a paper often repeats its title, and must not count as support for it.
  LEFT JOIN (
    SELECT doc_id, year, retracted, list_contains(publication_types, 'Retraction of Publication') AS notice FROM documents
  ) d ON d.doc_id = c.doc_id
  WHERE c.role <> 'reagent'
), grouped AS (
  SELECT md5(pair_id || coalesce(sign, '')) AS relation_id, pair_id,
    subject_key, min(subject_words) AS subject_words, min(subject_family) AS subject_family, subject_level,
    predicate, sign,
    object_key, min(object_words) AS object_words, min(object_family) AS object_family, object_level,
    count(*) FILTER (counts) AS claims,
    count(DISTINCT doc_id) FILTER (counts) AS documents,
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
    min(year) FILTER (counts) AS first_year,
    max(year) FILTER (counts) AS last_year,
    max(score) FILTER (counts) AS best_score
  FROM evidence
  GROUP BY pair_id, subject_key, subject_level, predicate, sign, object_key, object_level
)
SELECT relation_id, pair_id, subject_key, coalesce(s.concept, subject_words) AS subject, subject_family, subject_level,
  predicate, sign, object_key, coalesce(o.concept, object_words) AS object, object_family, object_level,
  claims, documents, affirmed, certain, negated,
  coalesce(CASE
    WHEN sign IN ('+', '-', '0')
    THEN sum(affirmed) FILTER (sign IN ('+', '-', '0')) OVER (PARTITION BY pair_id) - affirmed
  END, 0)::BIGINT AS opposed,
  uncertain, correlational, background, inferred, aims, retracted_claims, retracted_documents,
  coalesce(aspects, []::VARCHAR[]) AS aspects, first_year, last_year, best_score
FROM grouped
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
