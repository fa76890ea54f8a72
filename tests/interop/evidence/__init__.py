"""A second verifier of evidence bundles, written from crates/core/FORMAT.md and the standards that it names.

    python -m evidence [--trust POLICY] BUNDLE

container.py (the ZIP archive), bag.py (its files), description.py, checks.py (§14), custody.py and verdict.py read a bundle from
the outside inwards; envelope.py, statement.py, events.py, identifiers.py, registry.py, tree.py, note.py, policy.py and index.py are
what they rest on. Refuses by raising `Refused`. What it does not check is in `checks.NOT_CHECKED`.
"""
