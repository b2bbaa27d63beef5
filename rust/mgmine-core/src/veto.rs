//! Words around a candidate, and anywhere in the document, that speak against it or must speak for it; and hosts, the bigger
//! things a mention may belong to.

use crate::lexicon::{ConceptId, FamilyId};
use crate::normalize::{Folded, fold, fold_case, fold_text, is_word};

/// One part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    /// A word or sign, folded and in lower case.
    Text(Vec<char>),
    /// `#`: any number.
    Number,
    /// `%unit`: a unit of mass, volume, concentration, area or time, or a rate made of them.
    Unit,
}

/// A phrase that may stand directly before or after a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    elements: Vec<Element>,
    /// No match is longer, in characters.
    reach: usize,
    /// As the lexicon has it.
    pub source: String,
}

/// Phrases as patterns.
pub(crate) fn patterns(phrases: &[String]) -> Vec<Pattern> {
    phrases.iter().map(|phrase| Pattern::new(phrase)).collect()
}

impl Pattern {
    fn new(phrase: &str) -> Self {
        let folded = fold_text(phrase, false);
        let elements: Vec<Element> = folded
            .split([' ', '-'])
            .filter(|word| !word.is_empty())
            .map(|word| match word {
                "#" => Element::Number,
                "%unit" => Element::Unit,
                word => Element::Text(word.chars().collect()),
            })
            .collect();
        let length = |element: &Element| match element {
            // A plural and some joints may come on top.
            Element::Text(word) => word.len() + 4,
            Element::Number | Element::Unit => 30,
        };
        let reach = elements.iter().map(length).sum();
        Self { elements, reach, source: phrase.to_owned() }
    }

    /// Where the phrase ends if it stands at byte `at`, spaces and hyphens before it skipped.
    pub fn follows(&self, text: &str, at: usize) -> Option<usize> {
        if self.elements.is_empty() {
            return None;
        }
        let mut next = at;
        let mut before: Option<&Element> = None;
        for element in &self.elements {
            let start = skip_joints(text, next);
            // Two words need something between them; numbers and units may be glued.
            let apart = start > next || !matches!((before, element), (Some(Element::Text(_)), Element::Text(_)));
            if !apart {
                return None;
            }
            next = match element {
                Element::Text(word) => word_end(text, start, word)?,
                Element::Number => number_end(text, start)?,
                Element::Unit => unit_end(text, start)?,
            };
            before = Some(element);
        }
        Some(next)
    }

    /// Where the phrase starts if it ends at byte `at`, spaces and hyphens behind it skipped.
    pub fn precedes(&self, text: &str, at: usize) -> Option<usize> {
        let end = text[..at].trim_end_matches(is_joint).len();
        let mut start = end;
        let mut left = self.reach;
        while let Some(c) = text[..start].chars().next_back() {
            start -= c.len_utf8();
            left = left.checked_sub(1)?;
            let before = text[..start].chars().next_back();
            // Inside a word or behind a decimal point nothing begins.
            let inside = before.is_some_and(|b| match c {
                '.' | ',' => b.is_ascii_digit(),
                _ => is_word(c) && (is_word(b) || c.is_ascii_digit() && matches!(b, '.' | ',')),
            });
            if !is_joint(c) && !inside && self.follows(&text[..end], start) == Some(end) {
                return Some(start);
            }
        }
        None
    }
}

fn is_joint(c: char) -> bool {
    matches!(fold(c), ' ' | '-')
}

fn skip_joints(text: &str, at: usize) -> usize {
    at + text[at..].len() - text[at..].trim_start_matches(is_joint).len()
}

/// The end of a word of a phrase at `at`; ordinary words may stand in the plural.
fn word_end(text: &str, at: usize, word: &[char]) -> Option<usize> {
    let mut end = at;
    let mut found = text[at..].chars();
    for &c in word {
        let next = found.next()?;
        if fold_case(next) != c {
            return None;
        }
        end += next.len_utf8();
    }
    if !word.last().copied().is_some_and(is_word) {
        return Some(end);
    }
    let boundary = |at: usize| text[at..].chars().next().is_none_or(|c| !is_word(c));
    if boundary(end) {
        return Some(end);
    }
    let plural = word.len() > 3 && text[end..].starts_with(['s', 'S']) && boundary(end + 1);
    plural.then_some(end + 1)
}

/// The end of a number at `at`: `5`, `0.5`, `1,000`, `.05`.
fn number_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = at;
    let mut digits = false;
    while let Some(&byte) = bytes.get(end) {
        if byte.is_ascii_digit() {
            digits = true;
        } else if !(matches!(byte, b'.' | b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)) {
            break;
        }
        end += 1;
    }
    digits.then_some(end)
}

/// Units of one letter: too like a variable's or a vitamin's name to be one by themselves.
const LETTER_UNITS: &[&str] = &["g", "l", "h", "d", "s", "m", "t", "j", "n", "v", "w", "y"];
const UNITS: &[&str] = &[
    "kg", "mg", "μg", "ug", "mcg", "ng", "pg", "gm", "ml", "μl", "ul", "dl", "cl", "nl", "mm", "μm", "um", "nm", "pm",
    "cm", "km", "mol", "mmol", "μmol", "umol", "nmol", "pmol", "kmol", "meq", "eq", "iu", "ui", "ha", "hectare",
    "acre", "min", "hr", "hrs", "hour", "day", "wk", "week", "month", "sec", "second", "yr", "year", "ppm", "ppb",
    "kda", "da", "cal", "kcal", "kj", "mj", "gj", "kwh", "ton", "tonne", "gram", "liter", "litre", "meter", "metre",
    "m2", "m3", "cm2", "cm3", "mm2", "mm3", "dm3", "km2", "msec", "ms", "mosm", "osm", "rpm", "pa", "kpa", "mpa",
    "bar", "hz", "khz", "mhz",
];

/// The end of a unit at `at`: `kg`, `/kg`, `per day`, `mmol/l`, `ha-1`, `L(-1)`, `m2`, `%`.
fn unit_end(text: &str, at: usize) -> Option<usize> {
    let mut next = at;
    let mut parts = 0;
    loop {
        let start = if parts == 0 { next } else { text[next..].find(|c| fold(c) != ' ').map_or(next, |by| next + by) };
        let rest = &text[start..];
        let over = if rest.starts_with(['/', '⁄', '∕', '·', '*']) {
            let behind = &rest[rest.chars().next()?.len_utf8()..];
            Some(start + rest.len() - behind.trim_start().len())
        } else if rest.len() > 4 && rest.get(..4).is_some_and(|per| per.eq_ignore_ascii_case("per ")) {
            Some(start + 4)
        } else {
            None
        };
        let Some(end) = one_unit(text, over.unwrap_or(start), over.is_some(), parts > 0) else {
            return (parts > 0).then_some(next);
        };
        next = end;
        parts += 1;
    }
}

fn one_unit(text: &str, at: usize, over: bool, later: bool) -> Option<usize> {
    let rest = &text[at..];
    if rest.starts_with('%') {
        return Some(at + 1);
    }
    let mut word = String::new();
    let mut end = at;
    for c in rest.chars().take_while(|&c| is_word(c) && !fold(c).is_ascii_digit()) {
        word.extend(fold_case(c).to_lowercase());
        end += c.len_utf8();
    }
    let raised = power_end(text, end);
    let singular = word.strip_suffix('s').filter(|word| word.len() > 2).unwrap_or(&word);
    let known = UNITS.contains(&word.as_str()) || UNITS.contains(&singular);
    let letter = LETTER_UNITS.contains(&word.as_str()) && (over || raised.is_some());
    // Behind a first unit only what is divided by or raised is part of a rate.
    if !(known || letter) || (later && !over && raised.is_none()) {
        return None;
    }
    let end = raised.unwrap_or(end);
    text[end..].chars().next().is_none_or(|c| !is_word(c)).then_some(end)
}

/// The end of an exponent at `at`: `2`, `-1`, `(-1)`, `^-1`, `⁻¹`.
fn power_end(text: &str, at: usize) -> Option<usize> {
    let mut chars = text[at..].char_indices().map(|(by, c)| (by + c.len_utf8(), fold(c))).peekable();
    let open = chars.next_if(|&(_, c)| c == '(').is_some();
    let _ = chars.next_if(|&(_, c)| c == '^');
    // `kg -1`, as typeset superscripts come out at times.
    let mut spaced = chars.clone();
    if spaced.next_if(|&(_, c)| c == ' ').is_some() && spaced.peek().is_some_and(|&(_, c)| c == '-') {
        chars = spaced;
    }
    let signed = chars.next_if(|&(_, c)| c == '-').is_some();
    let (mut end, digit) = chars.next()?;
    if !(digit == '1' && signed || matches!(digit, '2' | '3')) {
        return None;
    }
    if open {
        end = chars.next_if(|&(_, c)| c == ')')?.0;
    }
    Some(at + end)
}

/// A word or phrase that may stand anywhere in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// Folded, lower case, hyphens as spaces.
    key: String,
    pub source: String,
}

impl Phrase {
    fn new(source: String) -> Self {
        Self { key: phrase_key(&source).trim().to_owned(), source }
    }

    /// Whether it stands in a text given as [`phrase_key`].
    pub fn is_in(&self, key: &str) -> bool {
        let first_is_word = self.key.chars().next().is_some_and(is_word);
        let last_is_word = self.key.chars().next_back().is_some_and(is_word);
        memchr::memmem::find_iter(key.as_bytes(), &self.key).any(|at| {
            let end = at + self.key.len();
            let boundary = |at: usize| key[at..].chars().next().is_none_or(|c| !is_word(c));
            let left = !first_is_word || key[..at].chars().next_back().is_none_or(|c| !is_word(c));
            let plural = key[end..].starts_with('s') && boundary(end + 1);
            left && (!last_is_word || boundary(end) || plural)
        })
    }
}

/// A text as phrases are looked for in it: folded, lower case, hyphens as spaces.
pub(crate) fn phrase_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in Folded::new(text, 0, false) {
        let c = if c == '-' { ' ' } else { c };
        if c != ' ' || !key.ends_with(' ') {
            key.push(c);
        }
    }
    key
}

/// The veto fields of a name, concept or family, ready for use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VetoRules {
    /// Whether a definition in the document is evidence enough.
    pub needs_definition: bool,
    pub needs: Vec<Phrase>,
    pub not_before: Vec<Pattern>,
    pub not_after: Vec<Pattern>,
    pub not_with: Vec<Phrase>,
}

impl VetoRules {
    pub fn new(needs: Vec<String>, not_before: Vec<Pattern>, not_after: Vec<Pattern>, not_with: Vec<String>) -> Self {
        let needs_definition = needs.iter().any(|need| need == "definition");
        let phrases = |list: Vec<String>| list.into_iter().map(Phrase::new).collect::<Vec<_>>();
        let needs = phrases(needs.into_iter().filter(|need| need != "definition").collect());
        Self { needs_definition, needs, not_before, not_after, not_with: phrases(not_with) }
    }

    /// What the name needs, for people.
    pub fn needs_text(&self) -> String {
        let mut texts: Vec<&str> = self.needs.iter().map(|phrase| phrase.source.as_str()).collect();
        if self.needs_definition {
            texts.insert(0, "definition");
        }
        texts.join(", ")
    }

    /// Whether anything is needed at all.
    pub fn has_needs(&self) -> bool {
        self.needs_definition || !self.needs.is_empty()
    }
}

/// A bigger thing that a mention may belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub label: String,
    pub family: Option<FamilyId>,
    pub concept: Option<ConceptId>,
    pub after: Vec<Pattern>,
    pub before: Vec<Pattern>,
}

impl Host {
    /// Whether a mention of a concept at `start..end` of `text` belongs to this host.
    pub fn holds(&self, concept: ConceptId, family: FamilyId, text: &str, start: usize, end: usize) -> bool {
        self.family.is_none_or(|id| id == family)
            && self.concept.is_none_or(|id| id == concept)
            && (self.after.iter().any(|pattern| pattern.follows(text, end).is_some())
                || self.before.iter().any(|pattern| pattern.precedes(text, start).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_after() {
        for (phrase, text, wanted) in [
            ("receptor", " receptor was", Some(" receptor")),
            ("receptor", "-receptors was", Some("-receptors")),
            ("receptor", " receptorial", None),
            ("antigen receptor", " antigen-receptor.", Some(" antigen-receptor")),
            ("%unit", "/kg body", Some("/kg")),
            ("%unit", " ha-1", Some(" ha-1")),
            ("%unit", " ha⁻¹ year⁻¹ of", Some(" ha⁻¹ year⁻¹")),
            ("%unit", " L(-1)", Some(" L(-1)")),
            ("%unit", " per day", Some(" per day")),
            ("%unit", " and", None),
            ("%unit", " levels", None),
            ("%unit", "/Ca", None),
            ("%unit", "/L", Some("/L")),
            ("C %unit", " C ha(-1)", Some(" C ha(-1)")),
            ("#", " 5.5 of", Some(" 5.5")),
            ("# %unit", " 10mg", Some(" 10mg")),
            ("%unit", " kg -1 of", Some(" kg -1")),
        ] {
            let end = Pattern::new(phrase).follows(text, 0);
            assert_eq!(end.map(|end| &text[..end]), wanted, "{phrase} in {text:?}");
        }
    }

    #[test]
    fn phrases_before() {
        for (phrase, text, wanted) in [
            ("cortisol", "the cortisol ", Some("cortisol ")),
            ("anti", "an anti-", Some("anti-")),
            ("anti", "a Santi-", None),
            ("#", "given 2.5 ", Some("2.5 ")),
            ("# %unit", "given 5 g ", None),
            ("# %unit", "given 5 kg ", Some("5 kg ")),
            ("at # °c", "kept at 37 °C ", Some("at 37 °C ")),
        ] {
            let start = Pattern::new(phrase).precedes(text, text.len());
            assert_eq!(start.map(|start| &text[start..]), wanted, "{phrase} in {text:?}");
        }
    }

    #[test]
    fn phrases_anywhere() {
        let key = phrase_key("Chimeric-antigen receptors (CAR–T) and\n naïve cells");
        for (phrase, wanted) in [
            ("chimeric antigen receptor", true),
            ("CAR-T", true),
            ("antigen", true),
            ("anti", false),
            ("naïve cell", true),
            ("cell", true),
            ("cel", false),
        ] {
            assert_eq!(Phrase::new(phrase.to_owned()).is_in(&key), wanted, "{phrase}");
        }
    }
}
