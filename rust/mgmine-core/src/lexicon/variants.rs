//! Written forms of a name, made by rule.
//!
//! Each rule takes the forms made so far and adds its own, in the order Greek, charge, slash, hyphen, plural; a form remembers the
//! rules that made it. What glyph folding already makes equal (dashes, superscripts, spaces, `µ`) needs no form, and neither does
//! the possessive: an apostrophe is a boundary.

use std::collections::HashSet;

use super::Rule;
use crate::normalize::{fold_text, is_word};

/// No name grows more forms than this.
pub(crate) const MOST_FORMS: usize = 800;

const GREEK: &[(&str, char)] = &[
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ε'),
    ("zeta", 'ζ'),
    ("theta", 'θ'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("sigma", 'σ'),
    ("omega", 'ω'),
    ("tau", 'τ'),
    ("phi", 'φ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("eta", 'η'),
    ("mu", 'μ'),
];

/// All forms of a name, the name as written first.
pub(crate) fn forms(name: &str) -> Vec<(String, Rule)> {
    let mut forms = vec![(fold_text(name, true), Rule::default())];
    for (rule, make) in [
        (Rule::GREEK, greek as fn(&str) -> Vec<String>),
        (Rule::CHARGE, charge),
        (Rule::SLASH, slash),
        (Rule::HYPHEN, hyphen),
        (Rule::PLURAL, plural),
    ] {
        let mut seen: HashSet<String> = forms.iter().map(|(form, _)| form.clone()).collect();
        for at in 0..forms.len() {
            let (form, rules) = forms[at].clone();
            for made in make(&form) {
                if forms.len() >= MOST_FORMS {
                    return forms;
                }
                if seen.insert(made.clone()) {
                    forms.push((made, rules.with(rule)));
                }
            }
        }
    }
    forms
}

// -------------------------------------------------------------------------------------------------------------- Greek

/// A Greek letter with what stands behind it: `α4`, `beta(1)`, `alpha L`, `γ`.
struct Unit {
    letter: &'static (&'static str, char),
    index: String,
}

/// Units side by side: `α4β1`, `alpha 4 beta 1`, `γδ`.
struct Chain {
    start: usize,
    end: usize,
    units: Vec<Unit>,
}

/// A Greek letter or its name at byte `at`, and where it ends.
fn greek_letter(text: &str, at: usize) -> Option<(&'static (&'static str, char), usize)> {
    let rest = &text[at..];
    let first = rest.chars().next()?;
    if let Some(found) = GREEK.iter().find(|(_, letter)| first.to_lowercase().eq([*letter])) {
        return Some((found, at + first.len_utf8()));
    }
    GREEK.iter().find_map(|found| {
        let end = at + found.0.len();
        let (here, name) = (text.get(at..end)?.as_bytes(), found.0.as_bytes());
        let spelled = here[1..] == name[1..] && here[0].eq_ignore_ascii_case(&name[0]);
        spelled.then_some((found, end))
    })
}

/// The chain letter or number of a subunit behind a Greek letter: `4`, `L`, `IIb`, `v`, `3A`, bare, hyphenated or bracketed.
fn index_at(text: &str, at: usize, spelled: bool) -> Option<(String, usize)> {
    let rest = &text[at..];
    let (opened, skip) = match rest.as_bytes().first()? {
        b'(' => (true, 1),
        b'-' | b' ' => (false, 1),
        _ => (false, 0),
    };
    let body = &rest[skip..];
    let mut end = body.bytes().take_while(u8::is_ascii_digit).count();
    if end > 2 {
        return None;
    }
    if end == 0 {
        end = if body.starts_with("IIb") {
            3
        } else if body.starts_with(|c: char| c.is_ascii_uppercase())
            || (body.starts_with(['v', 'l', 'm', 'x', 'd', 'e']) && skip == 0 && !spelled)
        {
            1
        } else {
            return None;
        };
    } else if body[end..].starts_with(|c: char| c.is_ascii_uppercase()) && !opened {
        end += 1;
    }
    let behind = &body[end..];
    let close = usize::from(opened);
    if opened && !behind.starts_with(')') {
        return None;
    }
    let next = &behind[close..];
    let ends = next.chars().next().is_none_or(|c| !is_word(c)) || greek_letter(next, 0).is_some();
    ends.then(|| (body[..end].to_owned(), at + skip + end + close))
}

fn unit_at(text: &str, at: usize) -> Option<(Unit, usize)> {
    let (letter, end) = greek_letter(text, at)?;
    let spelled = text.as_bytes()[at].is_ascii();
    if let Some((index, end)) = index_at(text, end, spelled) {
        return Some((Unit { letter, index }, end));
    }
    let next = text[end..].chars().next();
    let ends = next.is_none_or(|c| !is_word(c)) || !spelled || greek_letter(text, end).is_some();
    ends.then(|| (Unit { letter, index: String::new() }, end))
}

fn chains(text: &str) -> Vec<Chain> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut before: Option<char> = None;
    while let Some(c) = text[at..].chars().next() {
        let spelled_inside = c.is_ascii() && before.is_some_and(|c| c.is_ascii_alphabetic());
        if spelled_inside || unit_at(text, at).is_none() {
            before = Some(c);
            at += c.len_utf8();
            continue;
        }
        let mut chain = Chain { start: at, end: at, units: Vec::new() };
        let mut next = at;
        while let Some((unit, end)) = unit_at(text, next) {
            chain.units.push(unit);
            chain.end = end;
            next = end + usize::from(text[end..].starts_with(['-', ' ', '/']));
        }
        at = chain.end;
        before = text[..at].chars().next_back();
        out.push(chain);
    }
    out
}

fn greek(form: &str) -> Vec<String> {
    let chains = chains(form);
    if chains.is_empty() {
        return Vec::new();
    }
    let any_index = chains.iter().flat_map(|chain| &chain.units).any(|unit| !unit.index.is_empty());
    let any_pair = chains.iter().any(|chain| chain.units.len() > 1);
    let styles: &[(&str, &str)] = if any_index { &[("", ""), ("-", ""), (" ", ""), ("(", ")")] } else { &[("", "")] };
    let joiners: &[&str] = if any_pair { &["", "/", "-", " "] } else { &[""] };
    let mut out = Vec::new();
    for spelled in [false, true] {
        for (open, close) in styles {
            for joiner in joiners {
                let mut made = String::with_capacity(form.len() + 16);
                let mut copied = 0;
                for chain in &chains {
                    made.push_str(&form[copied..chain.start]);
                    for (number, unit) in chain.units.iter().enumerate() {
                        if number > 0 {
                            made.push_str(joiner);
                        }
                        if spelled {
                            made.push_str(unit.letter.0);
                        } else {
                            made.push(unit.letter.1);
                        }
                        if !unit.index.is_empty() {
                            made.push_str(open);
                            made.push_str(&unit.index);
                            made.push_str(close);
                        }
                    }
                    copied = chain.end;
                }
                made.push_str(&form[copied..]);
                out.push(made);
            }
        }
    }
    out
}

// ------------------------------------------------------------------------------------------------------------- charge

fn charge(form: &str) -> Vec<String> {
    if let Some((start, symbol, digit, end)) = ion(form) {
        let (head, tail) = (&form[..start], &form[end..]);
        let mut styles = vec![
            format!("{symbol}{digit}+"),
            format!("{symbol}({digit}+)"),
            format!("{symbol}+{digit}"),
            format!("{symbol}(+{digit})"),
            format!("{symbol} {digit}+"),
            format!("{symbol} ({digit}+)"),
            format!("{symbol}{digit} +"),
        ];
        if digit == '2' {
            styles.extend([format!("{symbol}++"), format!("{symbol}(++)")]);
        }
        return styles.into_iter().map(|ion| format!("{head}{ion}{tail}")).collect();
    }
    markers(form)
}

/// An ion's symbol and charge: `Mg2+`, `Mg(2+)`, `Mg++`, `Mg+2`. Returns start, symbol, digit and end.
fn ion(form: &str) -> Option<(usize, &str, char, usize)> {
    let bytes = form.as_bytes();
    for start in 0..bytes.len() {
        if !bytes[start].is_ascii_uppercase() || form[..start].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let symbol = 1 + usize::from(bytes.get(start + 1).is_some_and(u8::is_ascii_lowercase));
        let end = start + symbol;
        let rest = &bytes[end..];
        let (digit, length) = match rest {
            [d @ b'1'..=b'4', b'+', ..] | [b'+', d @ b'1'..=b'4', ..] => (char::from(*d), 2),
            [b'(', d @ b'1'..=b'4', b'+', b')', ..] | [b'(', b'+', d @ b'1'..=b'4', b')', ..] => (char::from(*d), 4),
            [b'+', b'+', ..] => ('2', 2),
            _ => continue,
        };
        return Some((start, &form[start..end], digit, end + length));
    }
    None
}

/// Surface markers: `CD8+`, `CD4-`, several of them in one style.
fn markers(form: &str) -> Vec<String> {
    const PLUS: &[&str] = &["+", "(+)", " +", "-positive", " positive", "pos", "(pos)"];
    const MINUS: &[&str] = &["-", "(-)", " -", "-negative", " negative", "neg", "(neg)"];
    let bytes = form.as_bytes();
    let mut found = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        let after_word = form.is_char_boundary(at) && form[..at].chars().next_back().is_some_and(is_word);
        if !after_word {
            continue;
        }
        if byte == b'+' {
            found.push((at, PLUS));
        } else if byte == b'-' {
            let word = form[..at].rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            let is_marker = word.starts_with("CD") && word[2..].starts_with(|c: char| c.is_ascii_digit());
            let behind = &form[at + 1..];
            if is_marker && (behind.is_empty() || behind.starts_with(' ') || behind.starts_with("CD")) {
                found.push((at, MINUS));
            }
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    (0..PLUS.len())
        .map(|style| {
            let mut made = String::with_capacity(form.len() + 16);
            let mut copied = 0;
            for (at, signs) in &found {
                made.push_str(&form[copied..*at]);
                made.push_str(signs[style]);
                copied = at + 1;
                if style > 2 && form[copied..].starts_with(is_word) {
                    made.push(' ');
                }
            }
            made.push_str(&form[copied..]);
            made
        })
        .collect()
}

// -------------------------------------------------------------------------------------------------------------- slash

fn slash(form: &str) -> Vec<String> {
    let between_words = |at: usize| {
        form[..at].chars().next_back().is_some_and(is_word) && form[at + 1..].chars().next().is_some_and(is_word)
    };
    let replace = |from: char, to: char| -> String {
        form.char_indices().map(|(at, c)| if c == from && between_words(at) { to } else { c }).collect()
    };
    if form.char_indices().any(|(at, c)| c == '/' && between_words(at)) {
        return vec![replace('/', '-')];
    }
    // `CD11a-CD18` is a pair as well, `LFA-1` and `T-cell` are not.
    let is_symbol = |word: &str| word.len() > 2 && word.contains(|c: char| c.is_ascii_digit());
    if !form.contains(' ') && form.contains('-') && form.split('-').all(is_symbol) {
        return vec![replace('-', '/')];
    }
    Vec::new()
}

// ------------------------------------------------------------------------------------------------------------- hyphen

struct Joint {
    /// The bytes that are replaced.
    start: usize,
    end: usize,
    options: Vec<&'static str>,
}

fn joints(form: &str) -> Vec<Joint> {
    let mut out = Vec::new();
    let chars: Vec<(usize, char)> = form.char_indices().collect();
    let word_before = |at: usize| form[..at].rsplit(|c: char| !is_word(c)).next().unwrap_or("");
    let word_after = |at: usize| form[at..].split(|c: char| !is_word(c)).next().unwrap_or("");
    let single = |word: &str| word.chars().count() == 1 || word.bytes().all(|b| b.is_ascii_digit());
    for (index, &(at, c)) in chars.iter().enumerate() {
        if index == 0 {
            continue;
        }
        let (before, after) = (chars[index - 1].1, chars.get(index + 1).map_or(' ', |&(_, c)| c));
        if (c == ' ' || c == '-') && (is_word(before) || matches!(before, '+' | ')')) && is_word(after) {
            let (left, right) = (word_before(at), word_after(at + 1));
            let mut options = vec![" ", "-"];
            let last = at + 1 + right.len() == form.len();
            let glue = if !is_word(before) {
                // `CD8+T cells`; a hyphen there would be read as a minus.
                options.pop();
                true
            } else if right.starts_with(|c: char| c.is_ascii_digit()) {
                left.chars().count() > 1
            } else if single(left) {
                !left.bytes().all(|b| b.is_ascii_digit())
            } else {
                // `CART cells`, but never `CART` alone, which is something else.
                single(right) && !last && left.chars().any(char::is_uppercase)
            };
            if glue {
                options.push("");
            }
            out.push(Joint { start: at, end: at + 1, options });
        } else if c.is_ascii_digit() && before.is_ascii_alphabetic() {
            // Inside a symbol: `LFA1`, `CD11a`, `TRPM7`.
            let word = word_before(at);
            let digits_to_end = word_after(at).trim_end_matches(|c: char| c.is_ascii_lowercase());
            if word.len() >= 2
                && word.bytes().all(|b| b.is_ascii_alphabetic())
                && digits_to_end.bytes().all(|b| b.is_ascii_digit())
                && word_after(at).len() <= digits_to_end.len() + 1
            {
                out.push(Joint { start: at, end: at, options: vec!["", "-", " "] });
            }
        } else if c == '+' && is_word(after) {
            out.push(Joint { start: at + 1, end: at + 1, options: vec!["", " "] });
        }
    }
    out
}

fn hyphen(form: &str) -> Vec<String> {
    const MOST: usize = 54;
    let mut joints = joints(form);
    if joints.is_empty() || joints.len() > 12 {
        return Vec::new();
    }
    let product = |joints: &[Joint]| joints.iter().map(|joint| joint.options.len()).product::<usize>();
    if product(&joints) > MOST {
        joints.retain(|joint| joint.start < joint.end || form.as_bytes()[joint.start - 1] == b'+');
    }
    let build = |choice: &dyn Fn(usize) -> usize| -> String {
        let mut made = String::with_capacity(form.len() + 8);
        let mut copied = 0;
        for (number, joint) in joints.iter().enumerate() {
            made.push_str(&form[copied..joint.start]);
            match joint.options.get(choice(number)) {
                Some(option) => made.push_str(option),
                None => made.push_str(&form[joint.start..joint.end]),
            }
            copied = joint.end;
        }
        made.push_str(&form[copied..]);
        made
    };
    let count = product(&joints);
    if count <= MOST {
        return (0..count)
            .map(|code| {
                build(&|number| {
                    let below: usize = joints[..number].iter().map(|joint| joint.options.len()).product();
                    code / below % joints[number].options.len()
                })
            })
            .collect();
    }
    // Too many joints for all ways: all alike, and one at a time.
    let keep = usize::MAX;
    let mut out = vec![build(&|_| 0), build(&|number| usize::from(joints[number].options.len() > 1))];
    for (changed, joint) in joints.iter().enumerate() {
        for option in 0..joint.options.len() {
            out.push(build(&|number| if number == changed { option } else { keep }));
        }
    }
    out
}

// ------------------------------------------------------------------------------------------------------------- plural

fn plural(form: &str) -> Vec<String> {
    let word = form.rsplit(|c: char| !is_word(c)).next().unwrap_or("");
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let stem = &form[..form.len() - word.len()];
    let lower = word.bytes().all(|b| b.is_ascii_lowercase()) || word[1..].bytes().all(|b| b.is_ascii_lowercase());
    if !lower {
        // A symbol: `TILs`, `CTLs`; one that ends in S is left alone.
        return if word.ends_with(['s', 'S']) { Vec::new() } else { vec![format!("{form}s")] };
    }
    let consonant_y = word.ends_with('y') && !word[..word.len() - 1].ends_with(['a', 'e', 'o', 'u']);
    if word.ends_with("ies") && word.len() > 4 {
        return vec![format!("{stem}{}y", &word[..word.len() - 3])];
    }
    if ["ss", "us", "is", "as", "os"].iter().any(|end| word.ends_with(end)) {
        return if word.ends_with("sis") { vec![format!("{stem}{}es", &word[..word.len() - 2])] } else { Vec::new() };
    }
    if let Some(singular) = word.strip_suffix('s') {
        return if word.len() > 3 { vec![format!("{stem}{singular}")] } else { Vec::new() };
    }
    // Substances, adjectives and participles have none.
    if ["ium", "mia", "ic", "ed", "ing", "positive", "negative"].iter().any(|end| word.ends_with(end)) {
        return Vec::new();
    }
    if consonant_y {
        return vec![format!("{stem}{}ies", &word[..word.len() - 1])];
    }
    if ["x", "ch", "sh", "z"].iter().any(|end| word.ends_with(end)) {
        return vec![format!("{form}es")];
    }
    vec![format!("{form}s")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str) -> Vec<String> {
        forms(name).into_iter().map(|(form, _)| form).collect()
    }

    fn assert_has(name: &str, wanted: &[&str]) {
        let made = made(name);
        for form in wanted {
            assert!(made.iter().any(|made| made == form), "{name} lacks {form}: {made:?}");
        }
    }

    fn assert_lacks(name: &str, unwanted: &[&str]) {
        let made = made(name);
        for form in unwanted {
            assert!(!made.iter().any(|made| made == form), "{name} has {form}");
        }
    }

    #[test]
    fn greek_and_latin_integrins() {
        assert_has(
            "α4β1",
            &[
                "α4β1",
                "α4/β1",
                "α4-β1",
                "α(4)β(1)",
                "alpha4beta1",
                "alpha 4 beta 1",
                "alpha 4beta 1",
                "alpha(4)beta(1)",
                "alpha-4 beta-1",
                "alpha4/beta1",
                "alpha4-beta1",
            ],
        );
        assert_has("alpha 4 beta 1", &["α4β1", "alpha4beta1"]);
        assert_has("αIIbβ3", &["alphaIIbbeta3", "alpha IIb beta 3", "alpha(IIb)beta(3)"]);
        assert_has("αL integrin", &["alphaL integrin", "alpha L integrins", "αL-integrin"]);
        assert_has("integrin alpha L", &["integrin αL", "integrin alphaL"]);
        assert_has("γδ T cell", &["gamma delta T cell", "gamma/delta T cells", "gammadelta T-cells", "γ/δ T cells"]);
        assert_has("TGF-beta", &["TGF-β"]);
        assert_lacks("alphabet soup", &["αbet soup"]);
    }

    #[test]
    fn charges_and_markers() {
        assert_has("Mg2+", &["Mg(2+)", "Mg++", "Mg+2", "Mg 2+"]);
        assert_has("[Mg2+]i", &["[Mg(2+)]i"]);
        assert_has(
            "CD8+ T cell",
            &[
                "CD8(+) T cells",
                "CD8-positive T cells",
                "CD8+T cells",
                "CD8+ T-cell",
                "CD8 positive T-cells",
                "CD8 + T cells",
            ],
        );
        assert_has("CD4+CD25+ T cell", &["CD4(+)CD25(+) T cells", "CD4+ CD25+ T cells"]);
        assert_has("CD4-CD8- T cell", &["CD4(-)CD8(-) T cells", "CD4-negative CD8-negative T cells"]);
        assert_lacks("CD8+ T cell", &["CD8+-T cell"]);
    }

    #[test]
    fn hyphens_plurals_slashes() {
        assert_has("LFA-1", &["LFA 1", "LFA1"]);
        assert_has("TRPM7", &["TRPM-7", "TRPM 7"]);
        assert_has("T cell", &["T-cell", "T cells", "T-cells", "Tcells"]);
        assert_has(
            "lymphocyte function-associated antigen 1",
            &["lymphocyte function associated-antigen-1", "lymphocyte function associated antigen 1"],
        );
        assert_has("CD11a/CD18", &["CD11a-CD18"]);
        assert_has("CD11a-CD18", &["CD11a/CD18"]);
        assert_has("magnesium deficiency", &["magnesium deficiencies", "magnesium-deficiency"]);
        assert_has("Treg", &["Tregs"]);
        assert_has("CTL", &["CTLs"]);
        assert_lacks("CAR-T", &["CART"]);
        assert_has("CAR T cell", &["CART cells", "CAR-T-cells"]);
        assert_lacks("magnesium", &["magnesiums"]);
        assert_lacks("memory T cell", &["memoryT cell"]);
    }
}
