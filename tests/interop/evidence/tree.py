"""The log's Merkle tree (FORMAT.md §10; RFC 9162 §2.1)."""

from .strict import need, sha256


def node(left, right):
    """The hash of an inner node."""
    return sha256(b"\1", left, right)


def root(leaves):
    """The root over leaf hashes (RFC 9162 §2.1.1)."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:half]), root(leaves[half:]))


def path(index, leaves):
    """The inclusion proof of a leaf (RFC 9162 §2.1.3.1)."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(index, leaves[:half]), root(leaves[half:])]
    return [*path(index - half, leaves[half:]), root(leaves[:half])]


def included(leaf, index, size, hashes, wanted):
    """Refuses unless the hashes lead from the leaf to the root (RFC 9162 §2.1.3.2)."""
    need(index < size, "entry", index, "is not in a tree of", size)
    place, last, found = index, size - 1, leaf
    for sibling in hashes:
        need(last, "inclusion proof too long")
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    need(not last, "inclusion proof too short")
    need(found == wanted, "entry", index, "is not in the tree")
