"""Claims measured against annotated text: the events of BioNLP-ST, the document-level relations of BioRED and BC5CDR."""
