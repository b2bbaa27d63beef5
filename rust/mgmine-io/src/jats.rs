//! JATS (`.nxml`): title, abstract, body, captions, back matter and the reference list of an article.
//!
//! Each paragraph is a passage, with the title of the section it stands in. A paragraph that holds lists, figures or tables
//! is divided at them. Captions are body passages; table cells, labels, footnotes of tables and typesetting source are not read.

use mgmine_core::document::{Document, Link, Metadata, OtherAbstract, PassageKind, PubDate, RecordKind};

use crate::canon::{Builder, Canon, Space};
use crate::dates;
use crate::problem::{Note, Notes};
use crate::reader::{Context, Found, RecordFormat};
use crate::records::Elements;
use crate::xml::{self, Reference, Step, Walk, attribute, attribute_text};

/// The reader of JATS.
#[derive(Debug)]
pub(crate) struct Jats {
    stem: String,
    elements: Elements,
}

impl Jats {
    pub(crate) fn new(stem: String) -> Self {
        Self { stem, elements: Elements::default() }
    }
}

impl RecordFormat for Jats {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        if self.elements.find(cx, b"article", |_, _| {}) { Found::Record } else { Found::End }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        let article = Article::read(record, base)?;
        doc.id = article.id(&self.stem);
        let mut builder = Builder::new(doc, notes, map, Space::Collapse);
        for part in article.parts {
            builder.passage(part.kind, part.section.clone(), base + part.start() as u64, |out| {
                part.write(record, base, out);
                Ok::<_, Note>(())
            })?;
        }
        Ok(())
    }

    fn metadata(&mut self, record: &[u8], base: u64, metadata: &mut Metadata) -> Result<(), Note> {
        read_metadata(record, base, metadata)
    }
}

/// A passage: the stretches of character data it is made of.
#[derive(Debug)]
struct Part {
    kind: PassageKind,
    section: Option<String>,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
enum Piece {
    /// Raw character data `start..end`; in MathML, white space around it is layout.
    Text { start: usize, end: usize, cdata: bool, trim: bool },
    /// A border between blocks.
    Border(usize),
}

impl Part {
    fn new(kind: PassageKind, section: Option<String>) -> Self {
        Self { kind, section, pieces: Vec::new() }
    }

    fn start(&self) -> usize {
        match self.pieces.first() {
            Some(Piece::Text { start, .. } | Piece::Border(start)) => *start,
            None => 0,
        }
    }

    fn write(&self, record: &[u8], base: u64, out: &mut Canon<'_>) {
        for piece in &self.pieces {
            match *piece {
                Piece::Border(at) => out.separate(base + at as u64),
                Piece::Text { start, end, cdata: true, .. } => out.copy(&record[start..end], base + start as u64),
                Piece::Text { start, end, trim, .. } => write_text(&record[start..end], base + start as u64, trim, out),
            }
        }
    }
}

/// Writes character data with its references decoded.
fn write_text(raw: &[u8], source: u64, trim: bool, out: &mut Canon<'_>) {
    let (mut raw, mut source) = (raw, source);
    if trim {
        let start = raw.trim_ascii_start();
        source += (raw.len() - start.len()) as u64;
        raw = start.trim_ascii_end();
    }
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'&', &raw[at..]) {
        out.copy(&raw[at..at + length], source + at as u64);
        at += length;
        let decoded = xml::reference(&raw[at..]);
        let (Reference::Char(_, used) | Reference::Invalid(used) | Reference::Unknown(used)) = decoded;
        xml::add_reference(&raw[at..at + used], source + at as u64, &decoded, out);
        at += used;
    }
    out.copy(&raw[at..], source + at as u64);
}

/// Elements whose content is no part of the article's text.
fn is_left_out(name: &[u8]) -> bool {
    matches!(
        name,
        b"table"
            | b"table-wrap-foot"
            | b"label"
            | b"object-id"
            | b"tex-math"
            | b"annotation"
            | b"annotation-xml"
            | b"alt-text"
            | b"long-desc"
            | b"permissions"
            | b"attrib"
            | b"fn"
            | b"fn-group"
            | b"floats-wrap-label"
            | b"code"
            | b"supplementary-material"
            | b"processing-meta"
            | b"sub-article"
            | b"response"
            | b"graphic"
            | b"media"
            | b"comment"
    )
}

/// Elements that break the line: the text before, in and behind them does not touch.
fn is_border(name: &[u8]) -> bool {
    matches!(
        name,
        b"break"
            | b"disp-formula"
            | b"disp-formula-group"
            | b"disp-quote"
            | b"verse-line"
            | b"speech"
            | b"title"
            | b"subtitle"
            | b"def-item"
            | b"term"
            | b"def"
            | b"list-item"
            | b"preformat"
    )
}

/// What an article's bytes say, before they become a document.
#[derive(Debug, Default)]
struct Article {
    pmc: String,
    pmid: String,
    doi: String,
    parts: Vec<Part>,
}

/// What part of the article the walk is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Outside,
    Title,
    Abstract,
    Body,
    References,
}

impl Article {
    fn id(&self, stem: &str) -> String {
        if !self.pmc.is_empty() {
            format!("pmc:{}", self.pmc)
        } else if !self.pmid.is_empty() && self.pmid.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("pubmed:{}", self.pmid)
        } else if !self.doi.is_empty() {
            format!("doi:{}", self.doi)
        } else {
            stem.to_owned()
        }
    }

    fn read(record: &[u8], base: u64) -> Result<Self, Note> {
        let mut article = Self::default();
        let mut walk = Walk::new(record, base);
        // Zone, and the depth of the element that opened it.
        let (mut zone, mut zone_depth) = (Zone::Outside, 0);
        // Titles of the open sections and their depths.
        let mut sections: Vec<(usize, Option<String>)> = Vec::new();
        // Depths of the open paragraph-like elements, and of an element in which text is layout.
        let mut open: Vec<usize> = Vec::new();
        let (mut math, mut apart) = (0, 0);
        // Whether the next text starts a new passage.
        let mut fresh = true;
        let mut titled = false;
        while let Some(step) = walk.next()? {
            let depth = walk.stack.depth();
            match step {
                Step::Open { name, attributes } => {
                    let local = xml::local(name);
                    if depth > 1 && is_left_out(local) && (local != b"label" || zone != Zone::Outside) {
                        walk.skip()?;
                        continue;
                    }
                    if zone == Zone::Outside {
                        let in_meta = walk.name(1) == b"article-meta" || walk.name(2) == b"article-meta";
                        zone = match local {
                            b"article-id" if in_meta => {
                                article.identifier(attributes, &walk.text()?);
                                continue;
                            }
                            b"article-title" if in_meta && !titled => {
                                titled = true;
                                Zone::Title
                            }
                            b"abstract" if in_meta && is_main_abstract(attributes) => Zone::Abstract,
                            b"body" | b"back" | b"floats-group" | b"floats-wrap" if walk.name(1) == b"article" => {
                                Zone::Body
                            }
                            _ => continue,
                        };
                        zone_depth = depth;
                        fresh = true;
                        if zone == Zone::Title {
                            open.push(depth);
                        }
                        continue;
                    }
                    if zone == Zone::Body && local == b"ref-list" {
                        (zone, zone_depth) = (Zone::References, depth);
                        sections.push((depth, None));
                        continue;
                    }
                    match local {
                        b"sec" | b"app" | b"ack" | b"notes" | b"boxed-text" | b"glossary" | b"statement" => {
                            sections.push((depth, None));
                            fresh = true;
                        }
                        b"title" if is_section_title(&walk, &sections) => {
                            let title = walk.text()?;
                            if let Some(section) = sections.last_mut() {
                                section.1 = (!title.is_empty()).then_some(title);
                            }
                            fresh = true;
                        }
                        // The paragraphs of a caption or a list item are passages of their own, a reference is one.
                        b"p" | b"caption" | b"ref" | b"list-item" | b"verse-group" | b"preformat" | b"def-list"
                        | b"disp-quote"
                            if zone != Zone::References || local == b"ref" || open.is_empty() =>
                        {
                            open.push(depth);
                            fresh = true;
                        }
                        b"fig" | b"table-wrap" | b"list" | b"fig-group" | b"table-wrap-group" => fresh = true,
                        b"element-citation" | b"citation" | b"nlm-citation" if !has_own_text(record, walk.at) => {
                            apart = depth
                        }
                        b"math" if math == 0 => math = depth,
                        _ if is_border(local) => article.border(walk.at, fresh),
                        _ => {}
                    }
                    if apart > 0 && depth > apart {
                        article.border(walk.at, fresh);
                    }
                }
                Step::Close { name } => {
                    // The depth is that of the parent now.
                    let closed = depth + 1;
                    let local = xml::local(name);
                    if closed == math {
                        math = 0;
                    }
                    if closed == apart {
                        apart = 0;
                    }
                    if open.last() == Some(&closed) {
                        open.pop();
                        fresh = true;
                    }
                    if sections.last().is_some_and(|section| section.0 == closed) {
                        sections.pop();
                        fresh = true;
                    }
                    if matches!(local, b"fig" | b"table-wrap" | b"list" | b"fig-group" | b"table-wrap-group") {
                        fresh = true;
                    }
                    if is_border(local) {
                        article.border(walk.at, fresh);
                    }
                    if zone != Zone::Outside && closed == zone_depth {
                        // A reference list stands in the back matter.
                        let inside = zone == Zone::References && closed > 2;
                        (zone, zone_depth) = if inside { (Zone::Body, 2) } else { (Zone::Outside, 0) };
                        open.clear();
                    }
                }
                Step::Text { raw, at, cdata } => {
                    if zone == Zone::Outside || open.is_empty() {
                        continue;
                    }
                    if fresh && raw.trim_ascii().is_empty() {
                        continue;
                    }
                    if fresh {
                        let kind = match zone {
                            Zone::Title => PassageKind::Title,
                            Zone::Abstract => PassageKind::Abstract,
                            Zone::References => PassageKind::Reference,
                            Zone::Body | Zone::Outside => PassageKind::Body,
                        };
                        let section = sections.iter().rev().find_map(|section| section.1.clone());
                        article.parts.push(Part::new(kind, section));
                        fresh = false;
                    }
                    let trim = math > 0 && xml::local(walk.name(0)) != b"mtext";
                    if let Some(part) = article.parts.last_mut() {
                        part.pieces.push(Piece::Text { start: at, end: at + raw.len(), cdata, trim });
                    }
                }
            }
        }
        // The title stands first whatever the order of the front matter.
        article.parts.sort_by_key(|part| match part.kind {
            PassageKind::Title => 0,
            PassageKind::Abstract => 1,
            _ => 2,
        });
        Ok(article)
    }

    fn border(&mut self, at: usize, fresh: bool) {
        if !fresh && let Some(part) = self.parts.last_mut() {
            part.pieces.push(Piece::Border(at));
        }
    }

    fn identifier(&mut self, attributes: &[u8], value: &str) {
        match attribute(attributes, b"pub-id-type") {
            Some(b"pmc" | b"pmcid") if !value.is_empty() => self.pmc = pmc(value),
            Some(b"pmid") => value.clone_into(&mut self.pmid),
            Some(b"doi") => value.clone_into(&mut self.doi),
            _ => {}
        }
    }
}

/// `PMC123`, also where only the number is given; without a version.
fn pmc(value: &str) -> String {
    let value = value.split('.').next().unwrap_or(value);
    if value.starts_with("PMC") { value.to_owned() } else { format!("PMC{value}") }
}

fn is_main_abstract(attributes: &[u8]) -> bool {
    attribute(attributes, b"abstract-type").is_none()
}

/// Whether a `title` is that of a section, not of a caption or a list.
fn is_section_title(walk: &Walk<'_>, sections: &[(usize, Option<String>)]) -> bool {
    sections.last().is_some_and(|section| section.0 + 1 == walk.stack.depth())
}

/// Whether the citation element whose content starts at `from` holds text beside that of its elements: then its author set
/// the punctuation, and nothing is put between the elements.
fn has_own_text(record: &[u8], from: usize) -> bool {
    let mut depth = 0_usize;
    let mut at = from;
    while let xml::Lexed::Token(token, end) = xml::token(record, at) {
        match token {
            xml::Token::Start { empty: false, .. } => depth += 1,
            xml::Token::End { .. } if depth == 0 => return false,
            xml::Token::End { .. } => depth -= 1,
            xml::Token::Text(text) | xml::Token::Cdata(text) if depth == 0 && !text.trim_ascii().is_empty() => {
                return true;
            }
            _ => {}
        }
        if end <= at {
            return false;
        }
        at = end;
    }
    false
}

/// Reads the bibliographic record.
fn read_metadata(record: &[u8], base: u64, metadata: &mut Metadata) -> Result<(), Note> {
    let mut walk = Walk::new(record, base);
    let mut date = (String::new(), String::new(), String::new());
    let mut online = false;
    let mut other: Option<OtherAbstract> = None;
    metadata.kind = RecordKind::Article;
    while let Some(step) = walk.next()? {
        match step {
            Step::Open { name: b"article", attributes } => {
                metadata
                    .publication_types
                    .extend(Some(attribute_text(attributes, b"article-type")).filter(|t| !t.is_empty()));
                metadata.languages.extend(Some(attribute_text(attributes, b"xml:lang")).filter(|t| !t.is_empty()));
            }
            Step::Open { name: b"body" | b"back" | b"sub-article" | b"response" | b"permissions", .. } => {
                walk.skip()?
            }
            Step::Open { name: b"journal-title", .. } if metadata.journal.is_empty() => {
                metadata.journal = walk.text()?
            }
            Step::Open { name: b"abbrev-journal-title", .. } => metadata.journal_abbreviation = walk.text()?,
            Step::Open { name: b"journal-id", attributes }
                if matches!(attribute(attributes, b"journal-id-type"), Some(b"nlm-ta" | b"iso-abbrev"))
                    && metadata.journal_abbreviation.is_empty() =>
            {
                metadata.journal_abbreviation = walk.text()?;
            }
            Step::Open { name: b"article-id", attributes } if walk.name(1) == b"article-meta" => {
                let value = walk.text()?;
                match attribute(attributes, b"pub-id-type") {
                    Some(b"doi") => metadata.doi = value,
                    Some(b"pmc" | b"pmcid") if !value.is_empty() => metadata.pmcid = pmc(&value),
                    _ => {}
                }
            }
            Step::Open { name: b"kwd", .. } => {
                metadata.keywords.extend(Some(walk.text()?).filter(|keyword| !keyword.is_empty()));
            }
            Step::Open { name: b"trans-title", .. } if metadata.vernacular_title.is_empty() => {
                metadata.vernacular_title = walk.text()?;
            }
            Step::Open { name: name @ (b"trans-abstract" | b"abstract"), attributes }
                if name == b"trans-abstract" || !is_main_abstract(attributes) =>
            {
                other = Some(OtherAbstract {
                    kind: attribute_text(attributes, b"abstract-type"),
                    language: attribute_text(attributes, b"xml:lang"),
                    text: String::new(),
                });
            }
            Step::Open { name: b"p", .. } => {
                let text = walk.text()?;
                if let Some(other) = other.as_mut().filter(|_| !text.is_empty()) {
                    if !other.text.is_empty() {
                        other.text.push('\n');
                    }
                    other.text.push_str(&text);
                }
            }
            Step::Close { name: b"trans-abstract" | b"abstract" } => metadata.other_abstracts.extend(other.take()),
            Step::Open { name: b"pub-date", attributes } => {
                date = Default::default();
                online = matches!(attribute(attributes, b"pub-type"), Some(b"epub" | b"epreprint"))
                    || attribute(attributes, b"publication-format") == Some(b"electronic");
            }
            Step::Open { name: b"year", .. } if walk.name(1) == b"pub-date" => date.0 = walk.text()?,
            Step::Open { name: b"month", .. } if walk.name(1) == b"pub-date" => date.1 = walk.text()?,
            Step::Open { name: b"day", .. } if walk.name(1) == b"pub-date" => date.2 = walk.text()?,
            Step::Close { name: b"pub-date" } => {
                let read =
                    PubDate { year: dates::year(&date.0), month: dates::month(&date.1), day: dates::day(&date.2) };
                let field = if online { &mut metadata.published_online } else { &mut metadata.published };
                if field.year.is_none() {
                    *field = read;
                }
            }
            Step::Open { name: b"related-article", attributes } => {
                let id = attribute_text(attributes, b"xlink:href");
                let is_pmid = attribute(attributes, b"ext-link-type") == Some(b"pubmed");
                metadata.links.push(Link {
                    kind: attribute_text(attributes, b"related-article-type"),
                    pmid: if is_pmid { id.clone() } else { String::new() },
                    source: if is_pmid { String::new() } else { id },
                });
            }
            _ => {}
        }
    }
    if metadata.published.year.is_none() {
        metadata.published = metadata.published_online;
    }
    Ok(())
}
