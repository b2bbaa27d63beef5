//! BioC XML: `collection/document/passage`. The annotations are not read.

use mgmine_core::document::{Document, Metadata, PassageKind};

use crate::canon::{Builder, Space};
use crate::dates;
use crate::problem::{Note, Notes};
use crate::reader::{Context, Found, RecordFormat};
use crate::records::Elements;
use crate::xml::{self, Stack, Step, Walk, attribute_text, element_text};

/// The reader of BioC XML.
#[derive(Debug)]
pub(crate) struct Bioc {
    stem: String,
    elements: Elements,
    stack: Stack,
    /// The collection's `source`.
    source: String,
}

impl Bioc {
    pub(crate) fn new(stem: String) -> Self {
        Self { stem, elements: Elements::default(), stack: Stack::default(), source: String::new() }
    }

    /// The id as given, as a CURIE where its identifier space is known: a bare number is a PMID, or the number of a PMC
    /// article in a collection that says so.
    fn id(&self, given: &str) -> String {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let of_pmc = self.source.trim().eq_ignore_ascii_case("PMC");
        if given.is_empty() {
            self.stem.clone()
        } else if given.strip_prefix("PMC").is_some_and(is_number) {
            format!("pmc:{given}")
        } else if is_number(given) {
            if of_pmc { format!("pmc:PMC{given}") } else { format!("pubmed:{given}") }
        } else {
            given.to_owned()
        }
    }
}

/// One passage as it is gathered.
#[derive(Debug, Default)]
struct Passage {
    kind: String,
    section: String,
    /// Where its text elements begin: its own, or those of its sentences.
    texts: Vec<usize>,
}

impl Passage {
    fn role(&self, titled: bool) -> Option<(PassageKind, Option<String>)> {
        let (kind, section) = (self.kind.to_ascii_lowercase(), self.section.to_ascii_uppercase());
        let named = (!self.section.is_empty()).then(|| self.section.clone());
        if kind == "table" {
            return None;
        }
        if !titled && (kind == "title" || section == "TITLE" || (kind == "front" && section.is_empty())) {
            return Some((PassageKind::Title, None));
        }
        if kind == "ref" || kind == "reference" || section == "REF" {
            return Some((PassageKind::Reference, named));
        }
        if kind.starts_with("abstract") || section == "ABSTRACT" {
            let named = named.filter(|_| section != "ABSTRACT");
            return Some((PassageKind::Abstract, named));
        }
        Some((PassageKind::Body, named))
    }
}

impl RecordFormat for Bioc {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        let source = &mut self.source;
        let found = self.elements.find(cx, b"document", |element, text| {
            if element == b"source" {
                *source = xml::decode(text).trim().to_owned();
            }
        });
        if found { Found::Record } else { Found::End }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        let mut walk = Walk::new(record, base);
        let mut passages: Vec<Passage> = Vec::new();
        let mut id = String::new();
        while let Some(step) = walk.next()? {
            let Step::Open { name, attributes } = step else { continue };
            match (name, walk.name(1)) {
                (b"id", b"document") => id = walk.text()?,
                (b"passage", b"document") => passages.push(Passage::default()),
                (b"infon", b"passage") => {
                    let key = attribute_text(attributes, b"key");
                    let value = walk.text()?;
                    let Some(passage) = passages.last_mut() else { continue };
                    match key.as_str() {
                        "type" => passage.kind = value,
                        "section_type" | "section" => passage.section = value,
                        _ => {}
                    }
                }
                // A passage has a text of its own or sentences; an annotation's text is neither.
                (b"text", b"passage" | b"sentence") if !record[..walk.at].ends_with(b"/>") => {
                    if let Some(passage) = passages.last_mut() {
                        passage.texts.push(walk.at);
                    }
                }
                _ => {}
            }
        }
        doc.id = self.id(&id);
        let mut builder = Builder::new(doc, notes, map, Space::Collapse);
        let mut titled = false;
        for passage in &passages {
            let Some((kind, section)) = passage.role(titled) else { continue };
            let Some(first) = passage.texts.first() else { continue };
            // The title is the first passage or none: it must stand at the start of the text.
            titled = true;
            let stack = &mut self.stack;
            builder.passage(kind, section, base + *first as u64, |out| {
                for at in &passage.texts {
                    out.separate(base + *at as u64);
                    element_text(record, *at, b"text", base, stack, out)?;
                }
                Ok::<_, Note>(())
            })?;
        }
        Ok(())
    }

    fn metadata(&mut self, record: &[u8], base: u64, metadata: &mut Metadata) -> Result<(), Note> {
        let mut walk = Walk::new(record, base);
        while let Some(step) = walk.next()? {
            let Step::Open { name: b"infon", attributes } = step else { continue };
            if !matches!(walk.name(1), b"document" | b"passage") {
                continue;
            }
            let key = attribute_text(attributes, b"key");
            let value = walk.text()?;
            match key.as_str() {
                "article-id_doi" | "doi" if metadata.doi.is_empty() => metadata.doi = value,
                "article-id_pmc" | "pmcid" if metadata.pmcid.is_empty() => {
                    metadata.pmcid = if value.starts_with("PMC") { value } else { format!("PMC{value}") };
                }
                "year" if metadata.published.year.is_none() => metadata.published.year = dates::year(&value),
                "journal" | "journal-title" if metadata.journal.is_empty() => metadata.journal = value,
                "kwd" => metadata.keywords.push(value),
                _ => {}
            }
        }
        Ok(())
    }
}
