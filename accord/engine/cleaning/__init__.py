"""Reading values as people write them: one module a kind, each with `read`.

`read` takes the text of one cell and returns the value, or raises `errors.Unreadable` with a
sentence that names the kind and says what to write instead. Empty cells are the caller's: `read`
refuses them. What a whole column reveals (day first, decimal comma) is inferred once by
`infer_...` and passed to every `read`.
"""
