"""One verb, one file: parse, call one action, return a Result."""
