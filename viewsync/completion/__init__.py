"""What the Tab key offers, from the parsers that the verbs declare."""
