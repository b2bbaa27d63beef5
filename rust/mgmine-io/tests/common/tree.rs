//! A second reader of PubMed XML: a plain tree built by quick-xml, from which each value is taken by its path.

use std::io::BufRead;

use mgmine_core::document::Document;
use quick_xml::events::{BytesStart, Event};

/// A piece of an element's content, in order.
#[derive(Debug)]
enum Node {
    Element(Element),
    /// Character data as it stands.
    Text(String),
    /// A reference or a CDATA section, decoded.
    Exact(String),
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Option<Self> {
        let attributes = start
            .attributes()
            .map(|attribute| {
                let attribute = attribute.ok()?;
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned();
                Some((attribute.key.0.to_owned(), value))
            })
            .collect::<Option<_>>()?;
        Some(Self { name: start.name().0.to_owned(), attributes, children: Vec::new() })
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| if let Node::Element(element) = node { Some(element) } else { None })
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    fn path(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.child(name))
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap()
    }

    /// The text without markup, before white space is treated.
    fn raw(&self, math: bool, out: &mut String) {
        if matches!(self.local(), "annotation" | "annotation-xml") {
            return;
        }
        let math = math || self.local() == "math";
        let trim = math && self.local() != "mtext";
        for node in &self.children {
            match node {
                Node::Exact(text) => out.push_str(text),
                Node::Text(text) if trim => out.push_str(text.trim_matches([' ', '\t', '\n', '\r'])),
                Node::Text(text) => out.push_str(text),
                Node::Element(element) if element.local() == "mspace" => out.push(' '),
                Node::Element(element) => {
                    let border = if element.name == "DispFormula" && !out.is_empty() { "\n" } else { "" };
                    out.push_str(border);
                    element.raw(math, out);
                    if element.name == "DispFormula" && !out.is_empty() {
                        out.push('\n');
                    }
                }
            }
        }
    }

    fn text(&self) -> String {
        let mut raw = String::new();
        self.raw(false, &mut raw);
        let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let mut text = String::new();
        let mut rest = raw.trim_matches(space);
        while let Some(start) = rest.find(space) {
            let length = rest[start..].find(|c| !space(c)).unwrap();
            let run = &rest[start..start + length];
            text.push_str(&rest[..start]);
            text.push_str(if run.bytes().all(|byte| byte == b' ') { run } else { " " });
            rest = &rest[start + length..];
        }
        text + rest
    }
}

/// What is compared of a record.
#[derive(Debug, PartialEq)]
pub struct Citation {
    id: String,
    version: u32,
    text: String,
    passages: Vec<(&'static str, Option<String>, String)>,
    has_abstract: bool,
    year: Option<i16>,
    doi: String,
    headings: usize,
    other_abstracts: Vec<String>,
}

impl Citation {
    fn of(record: &Element) -> Option<Self> {
        let book = record.name == "PubmedBookArticle";
        let citation = record.child(if book { "BookDocument" } else { "MedlineCitation" })?;
        let article = if book { citation } else { citation.child("Article")? };
        let pmid = citation.child("PMID")?;
        let version = match pmid.attribute("Version") {
            "" => 1,
            given => given.parse().ok()?,
        };
        let mut title = article.child("ArticleTitle").map(Element::text).unwrap_or_default();
        if book && title.is_empty() {
            title = citation.path("Book/BookTitle").map(Element::text).unwrap_or_default();
        }
        let mut passages = Vec::new();
        if !title.is_empty() {
            passages.push(("title", None, title.clone()));
        }
        let mut text = title;
        let sections = article.child("Abstract").into_iter().flat_map(Element::elements);
        for section in sections.filter(|element| element.name == "AbstractText") {
            let words = section.text();
            if words.is_empty() {
                continue;
            }
            let label = match section.attribute("NlmCategory") {
                "" | "UNASSIGNED" => section.attribute("Label"),
                category => category,
            };
            text.push('\n');
            text.push_str(&words);
            passages.push(("abstract", (!label.is_empty()).then(|| label.to_owned()), words));
        }
        let date = if book { citation.path("Book/PubDate") } else { article.path("Journal/JournalIssue/PubDate") };
        let year = date.and_then(|date| date.child("Year").or(date.child("MedlineDate"))).and_then(|year| {
            let text = year.text();
            text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 4)?.parse().ok()
        });
        let is_doi = |element: &&Element| element.attribute("IdType") == "doi";
        let data = record.child(if book { "PubmedBookData" } else { "PubmedData" });
        let list = data.and_then(|data| data.child("ArticleIdList")).and_then(|ids| ids.elements().find(is_doi));
        let own = citation.child("ArticleIdList").and_then(|ids| ids.elements().find(is_doi));
        let location = article
            .elements()
            .chain(citation.child("Book").into_iter().flat_map(Element::elements))
            .find(|e| e.name == "ELocationID" && e.attribute("EIdType") == "doi" && e.attribute("ValidYN") != "N");
        let others = citation.elements().filter(|element| element.name == "OtherAbstract");
        Some(Self {
            id: format!("pubmed:{}", pmid.text()),
            version,
            text,
            passages,
            has_abstract: article.child("Abstract").is_some(),
            year,
            doi: own.or(list).or(location).map(Element::text).unwrap_or_default(),
            headings: citation.child("MeshHeadingList").map_or(0, |list| list.elements().count()),
            other_abstracts: others
                .map(|other| {
                    let texts = other.elements().filter(|e| e.name == "AbstractText").map(Element::text);
                    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
                })
                .collect(),
        })
    }

    pub fn from_document(doc: &Document) -> Self {
        let passages = doc.passages.iter();
        Self {
            id: doc.id.clone(),
            version: doc.version,
            text: doc.text.clone(),
            passages: passages.map(|p| (p.kind.as_str(), p.section.clone(), p.span.of(&doc.text).to_owned())).collect(),
            has_abstract: doc.has_abstract(),
            year: doc.metadata.published.year,
            doi: doc.metadata.doi.clone(),
            headings: doc.metadata.headings.len(),
            other_abstracts: doc.metadata.other_abstracts.iter().map(|other| other.text.clone()).collect(),
        }
    }
}

/// What the second reader makes of a stream, record by record.
pub enum Told {
    Citation(Citation),
    Deleted(String, u32),
}

/// Reads a stream; `None` if it is not well-formed, or not as PubMed's are.
pub fn tell(read: impl BufRead, mut each: impl FnMut(Told)) -> Option<()> {
    let mut reader = quick_xml::Reader::from_reader(read);
    let mut buffer = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let close = |open: &mut Vec<Element>, each: &mut dyn FnMut(Told)| {
        let element = open.pop()?;
        match element.name.as_str() {
            "PubmedArticle" | "PubmedBookArticle" => each(Told::Citation(Citation::of(&element)?)),
            "DeleteCitation" => {
                for pmid in element.elements() {
                    each(Told::Deleted(format!("pubmed:{}", pmid.text()), pmid.attribute("Version").parse().ok()?));
                }
            }
            _ => {
                if let Some(parent) = open.last_mut().filter(|parent| parent.name != "PubmedArticleSet") {
                    parent.children.push(Node::Element(element));
                }
            }
        }
        Some(())
    };
    loop {
        buffer.clear();
        let node = match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) => {
                open.push(Element::of(&start)?);
                continue;
            }
            Event::Empty(start) => {
                open.push(Element::of(&start)?);
                close(&mut open, &mut each)?;
                continue;
            }
            Event::End(_) => {
                close(&mut open, &mut each)?;
                continue;
            }
            Event::Text(text) => Node::Text(text.into_inner().into_owned()),
            Event::CData(text) => Node::Exact(text.into_inner().into_owned()),
            Event::GeneralRef(reference) => Node::Exact(match reference.resolve_char_ref().ok()? {
                Some(char) => char.to_string(),
                None => match &*reference.into_inner() {
                    "lt" => "<".to_owned(),
                    "gt" => ">".to_owned(),
                    "amp" => "&".to_owned(),
                    "quot" => "\"".to_owned(),
                    "apos" => "'".to_owned(),
                    other => format!("&{other};"),
                },
            }),
            Event::Eof => return open.is_empty().then_some(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
        };
        if let Some(parent) = open.last_mut().filter(|parent| parent.name != "PubmedArticleSet") {
            parent.children.push(node);
        }
    }
}
