"""Read columns from where they are: files, databases, DDL scripts, catalogs, contracts.

It runs while questions are asked and for `dativo-generator fields`, never in a render, so it may use libraries: those
of the extra `import`. Every reader returns `Table`s; what is wrong with a source is an `ImportFailed`.
"""
