//! The parser's events in our own words: the one module that knows the YAML crate.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Options, Parser, ScalarStyle, StrInput, StructureStyle};

use crate::source::Span;

/// Collections within collections; the passes behind recurse, on stacks as small as 2 MiB.
pub(super) const NESTING_LIMIT: usize = 128;

/// The events of one file, each with its place.
pub(super) struct Events<'t> {
    parser: Parser<'t, StrInput<'t>>,
    file: u16,
}

/// What the parser sees next.
pub(super) struct Event<'t> {
    pub(super) kind: EventKind<'t>,
    pub(super) span: Span,
    /// The tag in front of a node.
    pub(super) tag: Option<Span>,
}

pub(super) enum EventKind<'t> {
    /// The first line of a document, or its `---`.
    Document,
    Scalar {
        text: Cow<'t, str>,
        quoted: bool,
        anchor: Option<Anchor>,
    },
    /// `[`, or the first dash.
    Sequence {
        flow: bool,
        anchor: Option<Anchor>,
    },
    /// `{`, or the first key.
    Mapping {
        flow: bool,
        anchor: Option<Anchor>,
    },
    /// The end of the innermost sequence or mapping.
    Close,
    Alias(Anchor),
    /// An alias whose anchor does not stand before it.
    UnknownAlias(Cow<'t, str>),
    /// The name of the anchor on the node just before.
    AnchorName(Anchor, Cow<'t, str>),
    End,
}

/// The parser's number of an anchor.
pub(super) type Anchor = u64;

/// Why the parser could not go on, and where.
pub(super) struct SyntaxError {
    pub(super) trouble: Trouble,
    pub(super) offset: usize,
}

/// The kinds of syntax errors for which we have a sentence of our own.
pub(super) enum Trouble {
    Tab,
    Control(char),
    CannotBegin(char),
    UnclosedQuote,
    BehindQuote(char),
    Escape,
    Unclosed {
        open: char,
    },
    Mismatched {
        open: char,
        close: char,
    },
    ClosesNothing,
    FlowSeparator,
    FlowValue,
    FlowColon,
    Colon,
    NoColon,
    KeyExpected,
    ItemExpected,
    ItemInLine,
    Indentation,
    BlockHeader,
    CommentWithin,
    AnchorName,
    Tag,
    Directive,
    ByteOrderMark,
    Nesting,
    /// The rest, in the parser's words.
    Other(String),
}

impl<'t> Events<'t> {
    pub(super) fn new(text: &'t str, file: u16) -> Self {
        let options: Options = granit_parser::options! {
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            flow_nesting_limit: NESTING_LIMIT,
            block_nesting_limit: NESTING_LIMIT,
        };
        Self { parser: Parser::new_from_str_with_options(text, options), file }
    }

    pub(super) fn next(&mut self) -> Result<Event<'t>, SyntaxError> {
        use granit_parser::Event as Raw;
        loop {
            let Some(next) = self.parser.next_event() else { return Ok(self.end()) };
            let (raw, at) = next.map_err(|error| SyntaxError {
                trouble: trouble(error.kind()),
                offset: error.marker().byte_offset().unwrap_or_default(),
            })?;
            let anchor = |id: usize| (id != 0).then_some(id as Anchor);
            let kind = match raw {
                Raw::StreamEnd => return Ok(self.end()),
                Raw::DocumentStart(..) => EventKind::Document,
                // The parser writes `~` where nothing stands.
                Raw::Scalar(_, ScalarStyle::Plain, id, _) if at.is_empty() => {
                    EventKind::Scalar { text: Cow::Borrowed(""), quoted: false, anchor: anchor(id) }
                }
                Raw::Scalar(text, style, id, _) => {
                    EventKind::Scalar { text, quoted: style != ScalarStyle::Plain, anchor: anchor(id) }
                }
                Raw::SequenceStart(style, id, _) => {
                    EventKind::Sequence { flow: style == StructureStyle::Flow, anchor: anchor(id) }
                }
                // The map of one pair in `[a: b]` has no bracket.
                Raw::MappingStart(style, id, _) => {
                    EventKind::Mapping { flow: style == StructureStyle::Flow && !at.is_empty(), anchor: anchor(id) }
                }
                Raw::SequenceEnd | Raw::MappingEnd => EventKind::Close,
                Raw::Alias(id) => EventKind::Alias(id as Anchor),
                Raw::UnresolvedAlias(name) => EventKind::UnknownAlias(name),
                Raw::Anchor(id, name) => EventKind::AnchorName(id as Anchor, name),
                // The begin of the stream, the end of the document, and comments, where another crate of the build
                // switched that feature of the parser on.
                _ => continue,
            };
            return Ok(Event { kind, span: self.span(at), tag: at.tag_span().map(|tag| self.span(tag)) });
        }
    }

    fn end(&self) -> Event<'t> {
        Event { kind: EventKind::End, span: Span { file: self.file, ..Span::default() }, tag: None }
    }

    fn span(&self, at: granit_parser::Span) -> Span {
        let range = at.byte_range().expect("a text in memory has byte offsets");
        Span::new(self.file, range.start, range.end)
    }
}

fn trouble(kind: &ErrorKind) -> Trouble {
    use ErrorKind as K;
    match kind {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabInPlainScalar
        | K::TabAtBlockScalarStart => Trouble::Tab,
        K::UnexpectedCharacter { character } if matches!(character, '@' | '`' | '%') => {
            Trouble::CannotBegin(*character)
        }
        K::UnexpectedCharacter { character } => Trouble::Control(*character),
        K::UnclosedQuotedScalar | K::InvalidQuotedScalarIndent | K::DocumentIndicatorInQuotedScalar => {
            Trouble::UnclosedQuote
        }
        K::InvalidTrailingSingleQuotedScalar => Trouble::BehindQuote('\''),
        K::InvalidTrailingDoubleQuotedScalar => Trouble::BehindQuote('"'),
        K::UnknownQuotedScalarEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidLowSurrogate
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidUnicodeEscape => Trouble::Escape,
        K::UnclosedFlowCollection { open } => Trouble::Unclosed { open: *open },
        K::MismatchedFlowCollectionEnd { open, close } => Trouble::Mismatched { open: *open, close: *close },
        K::MisplacedFlowCollectionEnd => Trouble::ClosesNothing,
        K::ExpectedFlowMappingSeparator | K::ExpectedFlowSequenceSeparator | K::InvalidColonPlacement => {
            Trouble::FlowSeparator
        }
        K::UnexpectedEofImplicitFlowMapping | K::UnexpectedEofFlowSequence | K::UnexpectedEofFlowMapping => {
            Trouble::FlowValue
        }
        K::FlowMappingValueAdjacentCollection => Trouble::FlowColon,
        K::MappingValueNotAllowed | K::MappingKeyNotAllowed => Trouble::Colon,
        K::SimpleKeyExpected | K::InvalidSimpleKey => Trouble::NoColon,
        K::ExpectedBlockMappingKey => Trouble::KeyExpected,
        K::ExpectedBlockSequenceEntry => Trouble::ItemExpected,
        K::BlockSequenceEntryNotAllowed | K::BlockEntryInFlowCollection => Trouble::ItemInLine,
        K::InvalidIndentation | K::InvalidFlowScalarIndent | K::InvalidBlockScalarIndent => Trouble::Indentation,
        K::InvalidBlockScalarHeader | K::ZeroBlockScalarIndent => Trouble::BlockHeader,
        K::CommentInterceptedScalar | K::CommentNotSeparated => Trouble::CommentWithin,
        K::MissingAnchorOrAliasName => Trouble::AnchorName,
        K::UndeclaredTagHandle
        | K::ExpectedTagBang
        | K::InvalidGlobalTagCharacter
        | K::InvalidTagTerminator
        | K::MissingTagUri
        | K::UnclosedVerbatimTag
        | K::InvalidTagEscape
        | K::InvalidTagUtf8LeadingByte
        | K::InvalidTagUtf8TrailingByte
        | K::InvalidTagUtf8 => Trouble::Tag,
        K::DuplicateVersionDirective
        | K::UnsupportedYamlMajorVersion
        | K::DuplicateTagDirective
        | K::ExpectedDocumentStart
        | K::MissingDocumentEndBeforeDirective
        | K::InvalidDirectiveTerminator
        | K::MissingYamlVersionSeparator
        | K::MissingDirectiveName
        | K::InvalidDirectiveName
        | K::DirectiveByteLimitExceeded { .. }
        | K::TooManyReservedDirectiveParams { .. }
        | K::YamlVersionTooLong
        | K::MissingYamlVersion
        | K::ExpectedTagDirectiveBang
        | K::InvalidTagDirectiveTerminator => Trouble::Directive,
        K::BomInsideDocument => Trouble::ByteOrderMark,
        K::RecursionLimitExceeded => Trouble::Nesting,
        other => Trouble::Other(other.to_string()),
    }
}
