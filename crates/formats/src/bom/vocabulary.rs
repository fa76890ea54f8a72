//! Words out of a list that a schema gives, with room for those that it does not.

/// An enum of known words and one variant for any other.
pub(crate) trait Vocabulary: Sized {
    const WORDS: &'static [&'static str];
    fn known(text: &str) -> Option<Self>;
    fn other(text: String) -> Self;
}

/// Makes such an enum: `Variant = "word"`.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $word, "`")] $variant,)+
            /// A word that the list lacks, as the document has it.
            Other(String),
        }

        impl $name {
            /// The word, as the document has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl $crate::bom::Vocabulary for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn other(text: String) -> Self {
                Self::Other(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&prova_core::text::escape(self.as_str()))
            }
        }
    };
}
pub(crate) use vocabulary;
