//! From sources to the flat block of bytes that a compiled lexicon is.

use std::collections::{HashMap, HashSet};

use super::source::{ConceptSource, FamilySource, HostSource, NameSource, Source, Vetoes, case_of};
use super::variants::forms;
use super::{Boundary, Case, LexiconProblem, Rule, Severity};
use crate::dictionary;
use crate::normalize::fold_text;

/// First bytes of a compiled lexicon.
pub(crate) const MAGIC: &[u8; 8] = b"MGMLEXIC";
/// Changes whenever the layout, the variant rules or the hashing change.
pub(crate) const FORMAT: u32 = 5;
/// Bytes before the sections: magic, format, section count, hash as 32 hexadecimal digits.
pub(crate) const HEADER: usize = 48;
pub(crate) const SECTIONS: usize = 11;
pub(crate) const CONCEPT_RECORD: usize = 20;
pub(crate) const NAME_RECORD: usize = 12;

/// Section numbers.
pub(crate) mod section {
    pub const META: usize = 0;
    pub const CONCEPTS: usize = 1;
    pub const NAMES: usize = 2;
    pub const STRINGS: usize = 3;
    pub const HEAD: usize = 4;
    pub const SINGLE: usize = 5;
    pub const SECOND: usize = 6;
    pub const PAIRS: usize = 7;
    pub const SLOTS: usize = 8;
    pub const ENDS: usize = 9;
    pub const LOOSE: usize = 10;
}

/// Bits of [`flags`].
const INSENSITIVE: u8 = 1;
const LOOSE: u8 = 3 << 1;
const PLAIN: u8 = 1 << 3;

/// Flags of a name record: bit 0 case-insensitive, bits 1–2 boundary, bit 3 plain: ASCII that begins with a letter or digit and
/// has no white space but single spaces, so that equal bytes are an equal form.
pub(crate) fn flags(form: &str, case: Case, boundary: Boundary) -> u8 {
    let plain = form.is_ascii()
        && form.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !form.contains("  ")
        && !form.bytes().any(|byte| byte < b' ');
    (case as u8) | (boundary as u8) << 1 | u8::from(plain) << 3
}

/// Several sources as one, in the order given.
///
/// A source whose `[lexicon] id` was there before replaces the earlier one whole. Otherwise sources add up: a family seen
/// before takes over the fields given anew, a concept seen before takes up further ids and names, or is replaced where the
/// later one says `replace = true`.
pub(crate) fn merge(sources: Vec<Source>) -> Result<Source, Vec<LexiconProblem>> {
    let mut kept: Vec<Source> = Vec::new();
    for source in sources {
        match kept.iter_mut().find(|earlier| earlier.id == source.id) {
            Some(earlier) => *earlier = source,
            None => kept.push(source),
        }
    }
    let mut problems = Vec::new();
    let mut problem = |origin: &str, line: usize, name: &str, message: String| {
        let (origin, name) = (origin.to_owned(), name.to_owned());
        problems.push(LexiconProblem { origin, line, name, message, severity: Severity::Error });
    };
    let mut whole = Source::default();
    let mut family_at: HashMap<String, usize> = HashMap::new();
    let mut concept_at: HashMap<String, usize> = HashMap::new();
    for source in kept {
        for (field, value) in [
            (&mut whole.id, source.id),
            (&mut whole.title, source.title),
            (&mut whole.version, source.version),
            (&mut whole.license, source.license),
        ] {
            if !field.is_empty() && !value.is_empty() {
                field.push('+');
            }
            field.push_str(&value);
        }
        for family in source.families {
            match family_at.get(&family.id) {
                Some(&at) => {
                    let earlier: &mut FamilySource = &mut whole.families[at];
                    earlier.label = family.label.or(earlier.label.take());
                    earlier.topic = family.topic.or(earlier.topic);
                    if !family.vetoes.is_empty() {
                        earlier.vetoes = family.vetoes;
                    }
                }
                None => {
                    family_at.insert(family.id.clone(), whole.families.len());
                    whole.families.push(family);
                }
            }
        }
        for mut concept in source.concepts {
            if concept.unlabelled
                && let Some(&at) = concept_at.get(&concept.label)
            {
                let earlier = &whole.concepts[at];
                if earlier.family != concept.family || !concept.ids.iter().any(|id| earlier.ids.contains(id)) {
                    concept.label = format!("{} ({})", concept.label, concept.ids.join(" "));
                }
            }
            if !family_at.contains_key(&concept.family) {
                let message = format!("there is no family `{}`", concept.family);
                problem(&source.origin, concept.line, &concept.label, message);
            }
            match concept_at.get(&concept.label) {
                Some(&at) if concept.replace => whole.concepts[at] = concept,
                Some(&at) => {
                    let earlier: &mut ConceptSource = &mut whole.concepts[at];
                    if earlier.family != concept.family {
                        let message = format!("is a concept of family `{}` already", earlier.family);
                        problem(&source.origin, concept.line, &concept.label, message);
                    }
                    earlier.ids.extend(concept.ids);
                    earlier.unlabelled &= concept.unlabelled;
                    earlier.close_ids.extend(concept.close_ids);
                    earlier.names.extend(concept.names);
                    if !concept.vetoes.is_empty() {
                        earlier.vetoes = concept.vetoes;
                    }
                }
                None => {
                    concept_at.insert(concept.label.clone(), whole.concepts.len());
                    whole.concepts.push(concept);
                }
            }
        }
        for host in source.hosts {
            if let Some(family) = &host.family
                && !family_at.contains_key(family)
            {
                problem(&source.origin, host.line, &host.label, format!("there is no family `{family}`"));
            }
            if let Some(concept) = &host.concept
                && !concept_at.contains_key(concept)
            {
                problem(&source.origin, host.line, &host.label, format!("there is no concept `{concept}`"));
            }
            whole.hosts.push(host);
        }
    }
    if whole.families.len() > usize::from(u16::MAX) {
        problem("", 0, "", "more than 65,535 families".to_owned());
    }
    for concept in &mut whole.concepts {
        let mut seen = HashSet::new();
        concept.ids.retain(|id| seen.insert(id.clone()));
        concept.close_ids.retain(|id| seen.insert(id.clone()));
    }
    if problems.is_empty() { Ok(whole) } else { Err(problems) }
}

/// Writes little-endian numbers and length-prefixed strings.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn u32(&mut self, value: usize) {
        self.0.extend_from_slice(&u32::try_from(value).expect("lexicons are smaller than 4 GiB").to_le_bytes());
    }

    fn string(&mut self, text: &str) {
        self.u32(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn strings(&mut self, texts: &[String]) {
        self.u32(texts.len());
        for text in texts {
            self.string(text);
        }
    }
}

/// Numbers distinct veto sets; 0 is the empty one.
#[derive(Default)]
struct VetoSets {
    sets: Vec<Vetoes>,
    index: HashMap<Vetoes, usize>,
}

impl VetoSets {
    fn id(&mut self, vetoes: &Vetoes) -> u16 {
        if vetoes.is_empty() {
            return 0;
        }
        let next = self.sets.len() + 1;
        let id = *self.index.entry(vetoes.clone()).or_insert(next);
        if id == next {
            self.sets.push(vetoes.clone());
        }
        u16::try_from(id).expect("fewer than 65,536 distinct veto sets")
    }
}

struct Form<'s> {
    text: String,
    rule: Rule,
    case: Case,
    from: &'s NameSource,
}

/// All forms of a concept's names, each once: a form written in the lexicon goes before an equal one made by rule.
fn concept_forms(concept: &ConceptSource) -> Vec<Form<'_>> {
    let mut out: Vec<Form<'_>> = Vec::with_capacity(concept.names.len());
    let mut written: HashMap<String, Vec<usize>> = HashMap::new();
    for from in &concept.names {
        let case = case_of(from);
        let known = written.entry(fold_text(&from.text, false)).or_default();
        let covered = known.iter().any(|&at| {
            let other = &out[at];
            other.case == Case::Insensitive || fold_text(&other.text, true) == fold_text(&from.text, true)
        });
        if !covered {
            known.push(out.len());
            out.push(Form { text: from.text.clone(), rule: Rule::default(), case, from });
        }
    }
    for from in concept.names.iter().filter(|name| name.variants) {
        let case = case_of(from);
        for (text, rule) in forms(&from.text).into_iter().skip(1) {
            let known = written.entry(fold_text(&text, false)).or_default();
            let covered = known.iter().any(|&at| {
                let other = &out[at];
                other.case == Case::Insensitive || (case == Case::Exact && fold_text(&other.text, true) == text)
            });
            if !covered {
                known.push(out.len());
                out.push(Form { text, rule, case, from });
            }
        }
    }
    out
}

/// Compiles a merged source.
pub(crate) fn compile(source: &Source) -> Vec<u8> {
    let family_index: HashMap<&str, usize> =
        source.families.iter().enumerate().map(|(at, family)| (family.id.as_str(), at)).collect();
    let concept_index: HashMap<&str, usize> =
        source.concepts.iter().enumerate().map(|(at, concept)| (concept.label.as_str(), at)).collect();
    let mut vetoes = VetoSets::default();
    let mut strings = String::new();
    let (mut concepts, mut names, mut loose) = (Writer::default(), Writer::default(), Writer::default());
    let mut forms: Vec<(u32, u32, u8)> = Vec::new();
    // Of each name, its concept and the family of that.
    let mut owners: Vec<(u32, u16)> = Vec::new();
    // All strings of concepts come first, then those of names, so that a string's end is the next one's start.
    let mut starts = Vec::with_capacity(source.concepts.len());
    for concept in &source.concepts {
        let label = strings.len();
        strings.push_str(&concept.label);
        let ids = strings.len();
        strings.push_str(&concept.ids.join(" "));
        let close_ids = strings.len();
        strings.push_str(&concept.close_ids.join(" "));
        starts.push([label, ids, close_ids]);
    }
    let concepts_end = strings.len();
    for (number, (concept, starts)) in source.concepts.iter().zip(starts).enumerate() {
        for start in starts {
            concepts.u32(start);
        }
        concepts.u32(forms.len());
        let family = family_index.get(concept.family.as_str()).copied().unwrap_or(0);
        concepts.0.extend_from_slice(&u16::try_from(family).expect("checked by merge").to_le_bytes());
        concepts.0.extend_from_slice(&vetoes.id(&concept.vetoes).to_le_bytes());
        for form in concept_forms(concept) {
            let name = u32::try_from(forms.len()).expect("fewer than 2^31 names");
            names.u32(strings.len());
            names.u32(number);
            names.0.extend_from_slice(&vetoes.id(&form.from.vetoes).to_le_bytes());
            let flags = flags(&form.text, form.case, form.from.boundary);
            names.0.push(flags);
            names.0.push(form.rule.0);
            let start = u32::try_from(strings.len()).expect("lexicons are smaller than 4 GiB");
            strings.push_str(&form.text);
            if form.from.boundary != Boundary::Word {
                loose.u32(name as usize);
            }
            let end = u32::try_from(strings.len()).expect("lexicons are smaller than 4 GiB");
            forms.push((start, end, flags));
            owners.push((number as u32, family as u16));
        }
    }
    // One more record each, so that a record's end is the next one's start.
    for _ in 0..3 {
        concepts.u32(concepts_end);
    }
    concepts.u32(forms.len());
    concepts.u32(0);
    names.u32(strings.len());
    names.u32(0);
    names.u32(0);
    let word_bounded = (0..).zip(&forms).filter(|(_, form)| form.2 & LOOSE == 0).map(|(name, &(start, end, flags))| {
        let text = &strings[start as usize..end as usize];
        let (concept, family) = owners[name as usize];
        dictionary::Form { name, concept, family, text, exact: flags & INSENSITIVE == 0, plain: flags & PLAIN != 0 }
    });
    let built = dictionary::build(word_bounded);
    let meta = meta(source, &family_index, &concept_index, &mut vetoes);
    assemble([
        meta,
        concepts.0,
        names.0,
        strings.into_bytes(),
        built.head,
        built.single,
        built.second,
        built.pairs,
        built.slots,
        built.ends,
        loose.0,
    ])
}

fn meta(
    source: &Source,
    families: &HashMap<&str, usize>,
    concepts: &HashMap<&str, usize>,
    vetoes: &mut VetoSets,
) -> Vec<u8> {
    const ANY: usize = u32::MAX as usize;
    let mut out = Writer::default();
    for text in [&source.id, &source.title, &source.version, &source.license] {
        out.string(text);
    }
    out.u32(source.families.len());
    for family in &source.families {
        out.string(&family.id);
        out.string(family.label.as_deref().unwrap_or(&family.id));
        out.u32(usize::from(family.topic.unwrap_or(true)));
        out.u32(usize::from(vetoes.id(&family.vetoes)));
    }
    out.u32(source.hosts.len());
    for host in &source.hosts {
        let HostSource { label, family, concept, after, before, .. } = host;
        out.string(label);
        out.u32(family.as_deref().and_then(|id| families.get(id).copied()).unwrap_or(ANY));
        out.u32(concept.as_deref().and_then(|label| concepts.get(label).copied()).unwrap_or(ANY));
        out.strings(after);
        out.strings(before);
    }
    out.u32(vetoes.sets.len());
    for set in &vetoes.sets {
        for phrases in [&set.needs, &set.not_before, &set.not_after, &set.not_with] {
            out.strings(phrases);
        }
    }
    out.0
}

fn assemble(sections: [Vec<u8>; SECTIONS]) -> Vec<u8> {
    let mut body = Vec::with_capacity(sections.iter().map(Vec::len).sum::<usize>() + SECTIONS * 16 + HEADER);
    body.extend_from_slice(MAGIC);
    body.extend_from_slice(&FORMAT.to_le_bytes());
    body.extend_from_slice(&u32::try_from(SECTIONS).expect("few").to_le_bytes());
    let lanes = sections.iter().fold([1, 2], |lanes, section| digest(lanes, section));
    let [first, second] = digest(lanes, &[]);
    body.extend_from_slice(format!("{first:016x}{second:016x}").as_bytes());
    let mut at = (HEADER + SECTIONS * 16) as u64;
    for section in &sections {
        body.extend_from_slice(&at.to_le_bytes());
        body.extend_from_slice(&(section.len() as u64).to_le_bytes());
        at += section.len() as u64;
    }
    for section in sections {
        body.extend_from_slice(&section);
    }
    body
}

/// A stable 128-bit hash of many bytes behind others, whose hash `lanes` is: two lanes of multiply and rotate over eight bytes at a
/// time. No secret hangs on it.
#[must_use]
pub fn digest(mut lanes: [u64; 2], bytes: &[u8]) -> [u64; 2] {
    const PRIMES: [u64; 2] = [0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f];
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for word in words.iter().chain([&last, &(bytes.len() as u64).to_le_bytes()]) {
        let word = u64::from_le_bytes(*word);
        lanes[0] = (lanes[0] ^ word).wrapping_mul(PRIMES[0]).rotate_left(29);
        lanes[1] = (lanes[1].rotate_left(31) ^ word).wrapping_mul(PRIMES[1]) ^ lanes[0] >> 32;
    }
    lanes
}
