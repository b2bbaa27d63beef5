//! Publication dates as NLM and the journals write them.

use mgmine_core::document::PubDate;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The month that `word` names, in letters or as a number; of a range, the first.
pub(crate) fn month(word: &str) -> Option<u8> {
    let word = word.trim();
    let length = word.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(word.len());
    let first = &word[..length];
    if let Ok(number) = first.parse::<u8>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let start = first.get(..3)?.to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| *month == start)?;
    // "Mar" is a month and "Marginal" is none; full names are spelled as they are in English.
    let full = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ][index];
    let lower = first.to_ascii_lowercase();
    (full.starts_with(&lower) || lower == "sept").then_some(index as u8 + 1)
}

/// The year in `word`: the first four digits in a row that no digit touches.
pub(crate) fn year(word: &str) -> Option<i16> {
    word.split(|char: char| !char.is_ascii_digit()).find(|digits| digits.len() == 4)?.parse().ok()
}

/// A day of the month.
pub(crate) fn day(word: &str) -> Option<u8> {
    let word = word.trim();
    let length = word.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(word.len());
    word[..length].parse().ok().filter(|day| (1..=31).contains(day))
}

/// A date in words: `1998 Dec-1999 Jan`, `2000 Dec 23-30`, `Spring 2000`, `1975-1976`, `2019`. Of a range, the start.
pub(crate) fn in_words(text: &str) -> PubDate {
    let mut date = PubDate { year: year(text), ..PubDate::default() };
    if date.year.is_none() {
        return date;
    }
    let digits = text.as_bytes().windows(4).position(|four| four.iter().all(u8::is_ascii_digit)).unwrap_or(0);
    let mut behind = text[digits + 4..].split_whitespace();
    if let Some(word) = behind.next().filter(|word| word.starts_with(|char: char| char.is_ascii_alphabetic())) {
        date.month = month(word);
        if date.month.is_some() && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            date.day = behind.next().and_then(day);
        }
    }
    if date.month.is_none() {
        // "Dec 1998": the month stands before the year.
        date.month = text[..digits]
            .split_whitespace()
            .next_back()
            .and_then(|word| word.starts_with(|char: char| char.is_ascii_alphabetic()).then(|| month(word)).flatten());
    }
    date
}

/// A date in digits, `20190128` or `2019/01/29 06:00`.
pub(crate) fn in_digits(text: &str) -> PubDate {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).take(8).collect();
    let digits = std::str::from_utf8(&digits).unwrap_or_default();
    PubDate {
        year: digits.get(..4).and_then(|year| year.parse().ok()),
        month: digits.get(4..6).and_then(month),
        day: digits.get(6..8).and_then(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i16, month: u8, day: u8) -> PubDate {
        let given = |number: u8| (number > 0).then_some(number);
        PubDate { year: Some(year), month: given(month), day: given(day) }
    }

    #[test]
    fn dates_in_words() {
        for (text, wanted) in [
            ("1998 Dec-1999 Jan", date(1998, 12, 0)),
            ("2000 Dec 23- 30", date(2000, 12, 23)),
            ("2000 Dec 23", date(2000, 12, 23)),
            ("Spring 2000", date(2000, 0, 0)),
            ("2000 Spring", date(2000, 0, 0)),
            ("1975-1976", date(1975, 0, 0)),
            ("2019", date(2019, 0, 0)),
            ("2015 Nov-Dec", date(2015, 11, 0)),
            ("Dec 1998", date(1998, 12, 0)),
            ("1979 Sept", date(1979, 9, 0)),
            ("1979 Marginal", date(1979, 0, 0)),
            ("1976-1977 Winter", date(1976, 0, 0)),
        ] {
            assert_eq!(in_words(text), wanted, "{text}");
        }
        assert_eq!(in_words("no year"), PubDate::default());
    }

    #[test]
    fn dates_in_digits() {
        assert_eq!(in_digits("20190128"), date(2019, 1, 28));
        assert_eq!(in_digits("2019/01/29 06:00"), date(2019, 1, 29));
        assert_eq!(in_digits(""), PubDate::default());
    }

    #[test]
    fn months() {
        for (word, wanted) in [
            ("Jan", Some(1)),
            ("january", Some(1)),
            ("07", Some(7)),
            ("13", None),
            ("Jul-Aug", Some(7)),
            ("Fall", None),
        ] {
            assert_eq!(month(word), wanted, "{word}");
        }
    }
}
