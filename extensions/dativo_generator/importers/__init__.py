"""Import columns from their source: files, databases, scripts, catalogs, contracts. Each kind is a module of `kinds`.

It may import `base` and `registry`, and the libraries of the extra `import`: it runs during the questionnaire and for
`dativo-generator fields`, never in a render. Readers return `Table`s and raise `ImportFailed`.
"""
