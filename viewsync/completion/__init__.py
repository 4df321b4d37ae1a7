"""What the Tab key offers, and the manual pages: both from the parsers that the verbs declare."""
