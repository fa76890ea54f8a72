//! How much of a document a reader takes in before it refuses.

/// Bounds on one document. Whatever goes over one of them is refused with its place; nothing is cut off silently.
///
/// With the defaults the memory of [`crate::bom::read_each`] stays below about 150 MiB for any input, and that of
/// [`crate::bom::read`] grows with the number of components: of real documents to about five times their size, of components
/// that hold nothing to some 1.3 KB each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the document: 256 MiB. The largest BOMs seen of whole distributions are about 200 MB.
    pub bytes: u64,
    /// Bytes of one string: 8 MiB. Licence texts and embedded attachments are strings.
    pub text_bytes: u64,
    /// Nesting of lists and objects: 100, and never more than 120 whatever is set here, because the JSON parser
    /// itself stops at 128.
    pub depth: usize,
    /// Members of one object: 65,536.
    pub members: usize,
    /// Memory for one element (a component with those around it but without those nested in it, a package, a
    /// relationship) while it is being read: 16 MiB. What a document says about itself in lists has as much again.
    pub element_bytes: u64,
    /// Bytes of the reference of an element: 4,096. It is compared again and again, so it must not be huge.
    pub reference_bytes: usize,
    /// Components, services, packages, files and snippets together: 200,000.
    pub components: u64,
    /// Relationships and document links together: 2,000,000.
    pub relationships: u64,
    /// Vulnerability statements: 200,000.
    pub vulnerabilities: u64,
    /// Declared unknowns: 1,000,000.
    pub unknowns: u64,
    /// Warnings that are kept in words: 1,000. The others are counted.
    pub warnings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            text_bytes: 8 << 20,
            depth: 100,
            members: 65_536,
            element_bytes: 16 << 20,
            reference_bytes: 4_096,
            components: 200_000,
            relationships: 2_000_000,
            vulnerabilities: 200_000,
            unknowns: 1_000_000,
            warnings: 1_000,
        }
    }
}
