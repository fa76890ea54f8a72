"""Whose signatures on a checkpoint count (C2SP tlog-policy)."""

import re

from . import note
from .strict import decimal, need


class Policy:
    """Logs, witnesses by name, groups by name, and the quorum."""

    def __init__(self, data):
        need(data == b"" or data.endswith(b"\n"), "policy without its last newline")
        need(not re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", data), "control character in a policy")
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        self.members = set()
        for line in data.decode("latin-1").split("\n"):
            words = re.findall(r"[^ \t]+", line)
            if words and not words[0].startswith("#"):
                self.line(words)
        need(self.quorum is not None, "policy without quorum")

    def line(self, words):
        """One line that is neither empty nor a comment."""
        kind, *rest = words
        if kind == "log":
            need(1 <= len(rest) <= 2, "log line")
            self.logs.append(self.key(rest[0], note.LOG, self.logs))
        elif kind == "witness":
            need(2 <= len(rest) <= 3, "witness line")
            self.define(rest[0])
            self.witnesses[rest[0]] = self.key(rest[1], note.WITNESS, self.witnesses.values())
        elif kind == "group":
            need(len(rest) >= 3, "group line")
            name, rule, *members = rest
            self.define(name)
            for member in members:
                need(member in self.witnesses or member in self.groups, "unknown member", member)
                need(member not in self.members, "in two groups:", member)
                self.members.add(member)
            threshold = {"any": 1, "all": len(members)}.get(rule) or decimal(rule)
            need(1 <= threshold <= len(members), "threshold", rule)
            self.groups[name] = threshold, members
        else:
            need(kind == "quorum" and len(rest) == 1 and self.quorum is None, "policy line", *words)
            need(rest[0] == "none" or rest[0] in self.witnesses or rest[0] in self.groups, "unknown quorum", rest[0])
            self.quorum = rest[0]

    def define(self, name):
        """A new name; `none` is taken."""
        need(name != "none" and name not in self.witnesses and name not in self.groups, "name taken:", name)

    @staticmethod
    def key(text, kind, others):
        """A verifier key of this kind that none of the others is."""
        found = note.vkey(text.encode("latin-1").decode("utf-8", "replace"))
        need(found.kind == kind, "verifier key of another type:", text)
        need(all(found.key != other.key for other in others), "verifier key twice:", text)
        return found

    def accept(self, checkpoint):
        """A listed log of this origin signed it, and the quorum cosigned it."""
        signed = [log.name == checkpoint.origin and checkpoint.signed(log) for log in self.logs]
        need(any(signed), "no log of the policy signed the checkpoint")
        seen = {name for name, witness in self.witnesses.items() if checkpoint.signed(witness)}
        need(self.quorum == "none" or self.met(self.quorum, seen), "the quorum did not cosign the checkpoint")

    def met(self, name, seen):
        """Whether a witness, or enough members of a group, cosigned."""
        if name in self.witnesses:
            return name in seen
        threshold, members = self.groups[name]
        return sum(self.met(member, seen) for member in members) >= threshold
