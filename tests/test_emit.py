"""Values that are emitted come back as they were, whatever they hold."""

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dativo_generator.base.emit import block, inline

TEXT = st.text()
SCALARS = st.one_of(TEXT, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
DATA = st.recursive(
    st.one_of(SCALARS, st.lists(SCALARS, max_size=4)),
    lambda inner: (
        st.dictionaries(TEXT, inner, max_size=4) | st.lists(st.dictionaries(TEXT, inner, min_size=1), max_size=3)
    ),
    max_leaves=10,
)


@given(st.one_of(SCALARS, st.lists(SCALARS)))
@example("no")
@example("1.0")
@example("1e3")
@example("0o7")
@example("12:30:45")
@example("2024-01-01")
@example("a: b # c")
@example("\n")
@example("- a\n- b\n")
@example("\u2028\x85\ud7ff🎉")
@example(" lead")
@example("trail ")
@example("!tag")
@example("*alias")
@example("{{ jinja }}")
@example(["a, b", "]"])
def test_inline(value: object) -> None:
    text = f"key: {inline(value)}\n"
    assert yaml.safe_load(text) == {"key": value}
    assert len(text.splitlines()) == 1


@given(st.dictionaries(TEXT, DATA, min_size=1), st.integers(min_value=1, max_value=8))
@example({"last": "a\n\n"}, 2)
@example({"last": "\n"}, 2)
@example({"last": "\n\n"}, 2)
@example({"last": "a\n"}, 2)
def test_block(value: dict, indent: int) -> None:
    assert yaml.safe_load(f"key:\n{block(value, indent)}\n") == {"key": value}


def test_ordinary_values_read_like_hand_written_ones() -> None:
    job = {"name": "public.orders", "path": "/app/x.yaml", "tags": ["a", "b"], "rows": [{"id": 1}], "version": "1.0"}
    assert block(job, 2) == (
        '  name: public.orders\n  path: /app/x.yaml\n  tags: [a, b]\n  rows:\n    - id: 1\n  version: "1.0"'
    )


def test_text_of_several_lines_is_kept_as_lines() -> None:
    assert block({"fields": "id: string\nemail: string PII"}) == "fields: |-\n  id: string\n  email: string PII"
