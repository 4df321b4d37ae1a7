"""The reference, made of the code: what a page says of a verb, option, setting or code is what the code declares.

mkdocs calls `hook.py` at each build; nothing that is made here is kept in the repository.
"""
