//! Builds the tree from the parser's events: aliases are expanded, repeated keys left out, and what the
//! language does not take of YAML is told.

use super::events::{Anchor, Event, EventKind, Events, NESTING_LIMIT};
use super::repeats::repeats;
use super::size::{Size, size};
use super::{Entry, Key, Node, NodeKind, Scalar, syntax};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::suggest;
use crate::table::Table;

/// How many nodes all aliases of a file may stand for together.
const ALIAS_NODES: usize = 250_000;

/// How many bytes of text they may: as many as a plan may have.
const ALIAS_BYTES: usize = 64 << 20;

/// Nothing can be built on the text; why is told.
struct Stop;

pub(super) struct Builder<'t, 'd> {
    events: Events<'t>,
    text: &'t str,
    file: u16,
    diagnostics: &'d mut Diagnostics,
    /// `None` while the node is being built.
    anchors: Table<Anchor, Option<Anchored<'t>>>,
    anchor_names: Table<Anchor, (String, Span)>,
    /// How many anchored collections are being built.
    open_anchors: usize,
    /// How many nodes were copied for aliases, and how many bytes of text in them.
    copied: (usize, usize),
    /// Where the last thing that stands in the text ended.
    end: u32,
    /// The flow collections around, innermost last.
    open: Vec<Span>,
    /// What the lists around hold so far, innermost last: so the memory of each is as large as it has to be.
    items: Vec<Node<'t>>,
    /// What the maps around hold so far, likewise.
    entries: Vec<Entry<'t>>,
}

/// What an anchor stands on.
struct Anchored<'t> {
    node: Node<'t>,
    size: Size,
}

impl<'t, 'd> Builder<'t, 'd> {
    pub(super) fn new(text: &'t str, file: u16, diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            events: Events::new(text, file),
            text,
            file,
            diagnostics,
            anchors: Table::new(),
            anchor_names: Table::new(),
            open_anchors: 0,
            copied: (0, 0),
            end: 0,
            open: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The one document.
    pub(super) fn document(mut self) -> Option<Node<'t>> {
        self.try_document().ok()
    }

    /// The value of the first such key of the outermost map.
    pub(super) fn value_of(mut self, key: &str) -> Option<Node<'t>> {
        self.try_value_of(key).unwrap_or_default()
    }

    fn try_value_of(&mut self, key: &str) -> Result<Option<Node<'t>>, Stop> {
        let EventKind::Document = self.next()?.kind else { return Ok(None) };
        let EventKind::Mapping { anchor, flow } = self.next()?.kind else { return Ok(None) };
        self.begin(anchor, flow, Span::default());
        loop {
            let event = self.next()?;
            if let EventKind::Close = event.kind {
                return Ok(None);
            }
            if let Some(entry) = self.entry(event, 1)?.filter(|entry| entry.key.text == key) {
                return Ok(Some(entry.value));
            }
        }
    }

    fn try_document(&mut self) -> Result<Node<'t>, Stop> {
        let EventKind::Document = self.next()?.kind else { return Err(self.empty()) };
        let first = self.next()?;
        let node = self.node(first, 0)?;
        let behind = self.next()?;
        if let EventKind::Document = behind.kind {
            self.diagnostics
                .error(Code::SeveralDocuments, behind.span, "a second document begins here")
                .help("a plan is one document: remove the line `---`".to_owned());
            return Err(Stop);
        }
        match &node.kind {
            NodeKind::Scalar(Scalar { text, quoted: false }) if text.is_empty() => Err(self.empty()),
            _ => Ok(node),
        }
    }

    fn empty(&mut self) -> Stop {
        let (message, help) = match self.file {
            0 => ("the plan is empty", "`taxogen init` writes a plan to begin with"),
            _ => ("the included file is empty", "declare something in it, or remove it from `include`"),
        };
        self.diagnostics.error(Code::EmptyPlan, Span::new(self.file, 0, 0), message).help(help.to_owned());
        Stop
    }

    fn next(&mut self) -> Result<Event<'t>, Stop> {
        loop {
            match self.events.next() {
                Ok(Event { kind: EventKind::AnchorName(id, name), span, .. }) => {
                    self.anchor_names.insert(id, (name.into_owned(), span));
                }
                Ok(mut event) => {
                    event.span = self.trimmed(event.span);
                    if event.span.end > event.span.start {
                        self.end = self.end.max(event.span.end);
                    }
                    return Ok(event);
                }
                Err(error) => {
                    syntax::tell(&error, self.text, self.file, self.open.last().copied(), self.diagnostics);
                    return Err(Stop);
                }
            }
        }
    }

    /// The node that `event` begins, `depth` collections deep.
    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Node<'t>, Stop> {
        let Event { kind, span, tag } = event;
        if let Some(tag) = tag {
            self.diagnostics
                .error(Code::Tag, tag, format!("the tag `{}` is not part of the language", self.slice(tag)))
                .help("remove it: the key says what its value is".to_owned());
        }
        match kind {
            EventKind::Scalar { text, quoted, anchor } => {
                let node = Node { span, kind: NodeKind::Scalar(Scalar { text, quoted }) };
                self.remember(anchor, node)
            }
            EventKind::Sequence { flow, anchor } => {
                self.begin(anchor, flow, span);
                let items = self.items(depth + 1)?;
                let span = self.finish(anchor, flow, span);
                self.remember(anchor, Node { span, kind: NodeKind::Sequence(items) })
            }
            EventKind::Mapping { flow, anchor } => {
                self.begin(anchor, flow, span);
                let entries = self.entries(depth + 1)?;
                let span = self.finish(anchor, flow, span);
                self.remember(anchor, Node { span, kind: NodeKind::Mapping(entries) })
            }
            EventKind::Alias(id) => self.alias(id, span, depth),
            EventKind::UnknownAlias(name) => Err(self.unknown_alias(&name, span)),
            EventKind::AnchorName(..) | EventKind::Document | EventKind::Close | EventKind::End => {
                unreachable!("the parser begins a node here")
            }
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node<'t>>, Stop> {
        let start = self.items.len();
        loop {
            let event = self.next()?;
            let EventKind::Close = event.kind else {
                let item = self.node(event, depth)?;
                self.items.push(item);
                continue;
            };
            return Ok(self.items.drain(start..).collect());
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<Entry<'t>>, Stop> {
        let start = self.entries.len();
        loop {
            let event = self.next()?;
            let EventKind::Close = event.kind else {
                if let Some(entry) = self.entry(event, depth)? {
                    self.entries.push(entry);
                }
                continue;
            };
            let entries = self.entries.drain(start..).collect();
            return Ok(self.without_repeats(entries));
        }
    }

    /// A key and its value; `None` where the key is none, which is told.
    fn entry(&mut self, event: Event<'t>, depth: usize) -> Result<Option<Entry<'t>>, Stop> {
        let place = event.span;
        let is_alias = matches!(event.kind, EventKind::Alias(_));
        let key = self.node(event, depth)?;
        let next = self.next()?;
        let mut value = self.node(next, depth)?;
        let span = if is_alias { place } else { key.span };
        let NodeKind::Scalar(scalar) = key.kind else {
            self.diagnostics
                .error(Code::KeyNotText, span, "a key is text, not a list or a map")
                .help("if it is meant as text, put it in quotes".to_owned());
            return Ok(None);
        };
        if scalar.text == "<<" && !scalar.quoted {
            self.diagnostics
                .error(Code::MergeKey, span, "the merge key `<<` is not part of the language")
                .help("declare what is shared in `property_groups` and `include` it".to_owned());
            return Ok(None);
        }
        if matches!(&value.kind, NodeKind::Scalar(Scalar { text, quoted: false }) if text.is_empty()) {
            value.span = self.behind_colon(span);
            self.end = self.end.max(value.span.end);
        }
        Ok(Some(Entry { key: Key { text: scalar.text, span }, value }))
    }

    fn without_repeats(&mut self, entries: Vec<Entry<'t>>) -> Vec<Entry<'t>> {
        let repeats = repeats(&entries);
        for (at, first) in &repeats {
            let (key, first) = (&entries[*at].key, &entries[*first].key);
            self.diagnostics
                .error(Code::DuplicateKey, key.span, format!("`{}` stands twice in this map", key.text))
                .also(first.span, "first declared here")
                .help("remove one of the two, or give it another name".to_owned());
        }
        if repeats.is_empty() {
            return entries;
        }
        let is_repeat = |at: usize| repeats.binary_search_by_key(&at, |(at, _)| *at).is_ok();
        entries.into_iter().enumerate().filter(|(at, _)| !is_repeat(*at)).map(|(_, entry)| entry).collect()
    }

    fn alias(&mut self, id: Anchor, span: Span, depth: usize) -> Result<Node<'t>, Stop> {
        let Some(Some(anchored)) = self.anchors.get(&id) else { return Err(self.alias_within(id, span)) };
        let size = anchored.size;
        if depth + size.depth > NESTING_LIMIT {
            syntax::tell_nesting(span, self.diagnostics);
            return Err(Stop);
        }
        self.charge(size, span)?;
        let Some(Some(anchored)) = self.anchors.get(&id) else { return Err(Stop) };
        Ok(anchored.node.clone())
    }

    /// Counts copies of nodes, so that a short text cannot become a tree that fills the memory.
    fn charge(&mut self, size: Size, span: Span) -> Result<(), Stop> {
        let (nodes, bytes) = &mut self.copied;
        *nodes += size.nodes;
        *bytes += size.bytes;
        let message = if *nodes > ALIAS_NODES {
            format!("aliases stand for more than {ALIAS_NODES} nodes")
        } else if *bytes > ALIAS_BYTES {
            format!("aliases stand for more than {} MiB of text", ALIAS_BYTES >> 20)
        } else {
            return Ok(());
        };
        self.diagnostics
            .error(Code::AliasLimit, span, message)
            .help("write fewer aliases, or share through `property_groups`".to_owned());
        Err(Stop)
    }

    fn alias_within(&mut self, id: Anchor, span: Span) -> Stop {
        let message = format!("the alias `{}` stands inside its own anchor", self.slice(span));
        let diagnostic = self.diagnostics.error(Code::UnknownAlias, span, message);
        if let Some((_, place)) = self.anchor_names.get(&id) {
            diagnostic.also(*place, "the anchor stands here");
        }
        diagnostic.help("write the value out".to_owned());
        Stop
    }

    fn unknown_alias(&mut self, name: &str, span: Span) -> Stop {
        let names = self.anchor_names.values().iter().map(|(name, _)| name.as_str());
        let help = match suggest::nearest(name, names) {
            Some(similar) => format!("an anchor with a similar name exists: `&{similar}`"),
            None => format!("if it is meant as text, put it in quotes; an anchor `&{name}` stands before its aliases"),
        };
        self.diagnostics.error(Code::UnknownAlias, span, format!("there is no anchor `&{name}`")).help(help);
        Stop
    }

    fn begin(&mut self, anchor: Option<Anchor>, flow: bool, span: Span) {
        if let Some(id) = anchor {
            self.anchors.insert(id, None);
            self.open_anchors += 1;
        }
        if flow {
            self.open.push(span);
        }
    }

    /// From the first to the last character of the collection that ends here.
    fn finish(&mut self, anchor: Option<Anchor>, flow: bool, begin: Span) -> Span {
        if anchor.is_some() {
            self.open_anchors -= 1;
        }
        if flow {
            self.open.pop();
        }
        Span { end: self.end.max(begin.start), ..begin }
    }

    /// Keeps a copy of an anchored node for its aliases.
    fn remember(&mut self, anchor: Option<Anchor>, node: Node<'t>) -> Result<Node<'t>, Stop> {
        let Some(id) = anchor else { return Ok(node) };
        let size = size(&node);
        if self.open_anchors > 0 {
            self.charge(size, node.span)?;
        }
        self.anchors.insert(id, Some(Anchored { node: node.clone(), size }));
        Ok(node)
    }

    /// Without the line breaks behind a block text.
    fn trimmed(&self, span: Span) -> Span {
        let slice = self.slice(span);
        if slice.bytes().next_back().is_none_or(|last| last.is_ascii_graphic()) {
            return span;
        }
        let end = span.start as usize + slice.trim_end().len();
        Span::new(span.file, span.start as usize, end)
    }

    /// The empty place behind a key's colon.
    fn behind_colon(&self, key: Span) -> Span {
        let behind = &self.text[key.end as usize..];
        let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let colon = if behind[gap..].starts_with(':') { gap + 1 } else { 0 };
        let at = key.end as usize + colon;
        Span::new(key.file, at, at)
    }

    fn slice(&self, span: Span) -> &'t str {
        &self.text[span.start as usize..span.end as usize]
    }
}
