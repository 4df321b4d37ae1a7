"""The shell tools that viewsync replaces, each by its name and in its own words: an entry beside the command line.

A tool reads its options as it always did, has the verb do the work, and says what came of it as it always did.
"""
