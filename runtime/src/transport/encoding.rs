/// How the bodies of requests are packed. An encoding exists only with its feature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// As they are.
    #[cfg_attr(not(feature = "gzip"), default)]
    None,
    /// `gzip`, the default.
    #[cfg(feature = "gzip")]
    #[default]
    Gzip,
}
