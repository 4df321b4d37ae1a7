"""One verb, one file: parse, call one subject, return a Result."""
