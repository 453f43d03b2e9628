//! Lines: what fits stays on one, what does not is broken from the outside in.

use proc_macro2::Delimiter;

use super::statement::{self, Statement};
use super::tree::{Group, Kind, Node, Role, Use, width};
use super::{INDENT, WIDTH};

/// Writes laid-out nodes at the end of a text.
pub(super) struct Layout<'t> {
    text: &'t mut String,
}

/// An array is filled line by line, not one item to a line, when no item is wider.
const SHORT: usize = 10;

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t mut String) -> Self {
        Self { text }
    }

    /// Statements, items, fields or arms, each on its own lines, without the last line end.
    pub(super) fn statements(&mut self, nodes: &[Node<'_>], indent: usize, trailing_comma: bool) {
        let mut before: Option<Statement<'_, '_>> = None;
        for statement in statement::statements(nodes) {
            if let Some(before) = before {
                self.text.push('\n');
                if is_apart(&before, &statement) {
                    self.text.push('\n');
                }
            }
            self.statement(&statement, indent);
            before = Some(statement);
        }
        if trailing_comma {
            self.text.push(',');
        }
    }

    fn statement(&mut self, statement: &Statement<'_, '_>, indent: usize) {
        if let [Node { kind: Kind::Lines(lines), .. }] = statement.nodes {
            self.text.push_str(&lines.text);
            return;
        }
        for (index, attribute) in statement.attributes().enumerate() {
            if index > 0 {
                self.text.push('\n');
            }
            self.indent(indent);
            match attribute {
                [Node { kind: Kind::Doc { text, is_inner }, .. }] => self.comment(text, *is_inner),
                [Node { kind: Kind::Lines(lines), .. }] => self.text.push_str(lines.text.trim_start()),
                attribute => self.sequence(attribute, indent, 0),
            }
        }
        if statement.nodes.is_empty() {
            return;
        }
        if statement.has_attributes() {
            self.text.push('\n');
        }
        self.indent(indent);
        // One column for a comma that the last element may get.
        self.sequence(statement.nodes, indent, 1);
    }

    /// Nodes from the current column on; `after` columns are needed behind them.
    fn sequence(&mut self, nodes: &[Node<'_>], indent: usize, after: usize) {
        if self.fits(nodes, after) {
            return self.flat(nodes);
        }
        if let [rest @ .., last] = nodes
            && (last.is(";") || last.is(","))
            && !rest.is_empty()
        {
            self.sequence(rest, indent, 1);
            return self.flat(std::slice::from_ref(last));
        }
        if let Some(index) = assignment(nodes) {
            return self.assignment(nodes, index, indent, after);
        }
        if let Some(breaks) = alternatives(nodes) {
            return self.broken_before(nodes, &breaks, indent, after);
        }
        if let Some(breaks) = self.chain(nodes) {
            return self.broken_before(nodes, &breaks, indent + INDENT, after);
        }
        self.groups(nodes, indent, after);
    }

    /// `left = right`: the right side moves to its own line when it fits there as a whole.
    fn assignment(&mut self, nodes: &[Node<'_>], index: usize, indent: usize, after: usize) {
        let (left, operator, right) = (&nodes[..index], &nodes[index], &nodes[index + 1..]);
        self.sequence(left, indent, operator.width().unwrap_or(0) + 1);
        self.text.push(' ');
        self.flat(std::slice::from_ref(operator));
        if right.is_empty() {
            return;
        }
        let (here, below) = (self.column() + 1, indent + INDENT);
        let fits = |column: usize| width(right).is_some_and(|width| column + width + after <= WIDTH);
        let begins = |column: usize| first_line(right).is_none_or(|width| column + width <= WIDTH);
        let is_below = if fits(below) { !fits(here) } else { !begins(here) && begins(below) };
        if is_below {
            self.line(below);
            self.sequence(right, below, after);
        } else {
            self.text.push(' ');
            self.sequence(right, indent, after);
        }
    }

    /// Where a chain of calls is broken: before each call, unless only its last arguments need lines.
    fn chain(&self, nodes: &[Node<'_>]) -> Option<Vec<usize>> {
        let calls = chain(nodes)?;
        let begins = head(nodes).is_some_and(|head| self.column() + head <= WIDTH);
        let is_hugging = begins && nodes.last().is_some_and(|last| last.width().is_none());
        (!is_hugging).then_some(calls)
    }

    /// One line for each part; the first stays where it is.
    fn broken_before(&mut self, nodes: &[Node<'_>], breaks: &[usize], indent: usize, after: usize) {
        let mut start = 0;
        for end in breaks.iter().copied().chain([nodes.len()]) {
            if start == end {
                continue;
            }
            if start > 0 {
                self.line(indent);
            }
            let is_last = end == nodes.len();
            let part = &nodes[start..end];
            if self.fits(part, if is_last { after } else { 0 }) {
                self.flat(part);
            } else {
                self.groups(part, indent, if is_last { after } else { 0 });
            }
            start = end;
        }
    }

    /// Breaks the groups that have to be, or else the one that makes the most of it.
    fn groups(&mut self, nodes: &[Node<'_>], indent: usize, after: usize) {
        let mut broken: Vec<usize> = (0..nodes.len()).filter(|index| nodes[*index].width().is_none()).collect();
        let header = broken.first().copied().unwrap_or(nodes.len());
        let needs = if broken.is_empty() { after } else { 2 };
        if !self.fits(&nodes[..header], needs) {
            broken.extend(breakable(&nodes[..header]));
            broken.sort_unstable();
        }
        let mut start = 0;
        for index in broken {
            self.flat_from(nodes, start, index);
            let is_last = index + 1 == nodes.len();
            self.broken_node(nodes, index, indent, if is_last { after } else { 2 });
            start = index + 1;
        }
        self.flat_from(nodes, start, nodes.len());
    }

    fn flat_from(&mut self, nodes: &[Node<'_>], start: usize, end: usize) {
        for (index, node) in nodes.iter().enumerate().take(end).skip(start) {
            if node.space && index > 0 {
                self.text.push(' ');
            }
            self.flat(std::slice::from_ref(node));
        }
    }

    fn broken_node(&mut self, nodes: &[Node<'_>], index: usize, indent: usize, after: usize) {
        let node = &nodes[index];
        if node.space && index > 0 {
            self.text.push(' ');
        }
        match &node.kind {
            Kind::Group(group) => self.group(group, indent, after),
            Kind::Doc { text, is_inner } => {
                // A comment needs the rest of the line for itself.
                self.comment(text, *is_inner);
                self.line(indent);
            }
            Kind::Word(text) | Kind::Keyword(text) | Kind::Literal(text) | Kind::Operator(text) => {
                self.text.push_str(text);
            }
            Kind::Lines(lines) => self.text.push_str(&lines.text),
        }
    }

    fn group(&mut self, group: &Group<'_>, indent: usize, after: usize) {
        let (open, close) = delimiters(group.delimiter);
        self.text.push(open);
        if group.body.is_empty() {
            self.text.push(close);
            return;
        }
        let elements = statement::elements(&group.body);
        let is_list = group.delimiter != Delimiter::Brace && group.body.iter().all(|node| !node.is(";"));
        if is_list && elements.iter().any(|element| element.is_empty()) {
            // Nothing between two commas: no Rust, and no list.
            self.flat(&group.body);
            self.text.push(close);
            return;
        }
        if is_list && hugged(group).is_some_and(|head| self.column() + head <= WIDTH) {
            self.hug(&elements, indent, after);
            self.text.push(close);
            return;
        }
        let inner = indent + INDENT;
        if group.use_of == Use::Names || is_list && group.delimiter == Delimiter::Bracket && is_short(&elements) {
            self.filled(&elements, inner, group.use_of == Use::Names || group.trailing_comma);
        } else if is_list {
            self.listed(group, &elements, inner);
        } else {
            self.text.push('\n');
            self.statements(&group.body, inner, group.trailing_comma);
        }
        self.line(indent);
        self.text.push(close);
    }

    fn hug(&mut self, elements: &[&[Node<'_>]], indent: usize, after: usize) {
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            if index + 1 == elements.len() {
                self.sequence(element, indent, after + 1);
            } else {
                self.flat(element);
            }
        }
    }

    fn listed(&mut self, group: &Group<'_>, elements: &[&[Node<'_>]], indent: usize) {
        let ends_with_comma = group.body.last().is_some_and(|last| last.is(","));
        for (index, element) in elements.iter().enumerate() {
            self.line(indent);
            self.sequence(element, indent, 1);
            if index + 1 < elements.len() || group.trailing_comma || ends_with_comma {
                self.text.push(',');
            }
        }
    }

    /// As many elements to a line as fit.
    fn filled(&mut self, elements: &[&[Node<'_>]], indent: usize, trailing_comma: bool) {
        for (index, element) in elements.iter().enumerate() {
            let is_last = index + 1 == elements.len();
            let columns = width(element).unwrap_or(WIDTH);
            if index > 0 && self.column() + 1 + columns < WIDTH {
                self.text.push(' ');
            } else {
                self.line(indent);
            }
            self.flat(element);
            if !is_last || trailing_comma {
                self.text.push(',');
            }
        }
    }

    /// Nodes on one line, whether or not they fit.
    fn flat(&mut self, nodes: &[Node<'_>]) {
        for (index, node) in nodes.iter().enumerate() {
            if node.space && index > 0 {
                self.text.push(' ');
            }
            match &node.kind {
                Kind::Word(text) | Kind::Keyword(text) | Kind::Literal(text) | Kind::Operator(text) => {
                    self.text.push_str(text);
                }
                Kind::Doc { text, is_inner } => {
                    self.comment(text, *is_inner);
                    self.text.push('\n');
                }
                Kind::Group(group) => self.flat_group(group),
                Kind::Lines(lines) => self.text.push_str(&lines.text),
            }
        }
    }

    fn comment(&mut self, text: &str, is_inner: bool) {
        self.text.push_str(if is_inner { "//!" } else { "///" });
        self.text.push_str(text);
    }

    fn flat_group(&mut self, group: &Group<'_>) {
        let (open, close) = delimiters(group.delimiter);
        let is_padded = group.delimiter == Delimiter::Brace && group.use_of != Use::Names && !group.body.is_empty();
        self.text.push(open);
        if is_padded {
            self.text.push(' ');
        }
        self.flat(&group.body);
        if is_padded {
            self.text.push(' ');
        }
        self.text.push(close);
    }

    fn fits(&self, nodes: &[Node<'_>], after: usize) -> bool {
        width(nodes).is_some_and(|width| self.column() + width + after <= WIDTH)
    }

    fn column(&self) -> usize {
        let start = self.text.rfind('\n').map_or(0, |end| end + 1);
        self.text[start..].chars().count()
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.indent(indent);
    }

    fn indent(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }
}

fn is_apart(before: &Statement<'_, '_>, statement: &Statement<'_, '_>) -> bool {
    before.is_use() != statement.is_use() && before.nodes.last().is_some_and(|last| last.is(";"))
        || before.stands_apart()
        || statement.stands_apart()
}

/// The first `=`, `+=` or `=>` that is not within generics.
fn assignment(nodes: &[Node<'_>]) -> Option<usize> {
    let mut angles = 0usize;
    nodes
        .iter()
        .position(|node| {
            match node.role {
                Role::Open => angles += 1,
                Role::Close => angles = angles.saturating_sub(1),
                _ => {}
            }
            let Kind::Operator(text) = &node.kind else { return false };
            let is_assignment = text.ends_with('=') && !matches!(*text, "==" | "!=" | "<=" | ">=" | "..=");
            angles == 0 && (is_assignment || *text == "=>")
        })
        .filter(|index| *index > 0)
}

/// The `|` of a pattern, the `||` and `&&` of a condition.
fn alternatives(nodes: &[Node<'_>]) -> Option<Vec<usize>> {
    if nodes.iter().any(|node| node.group().is_some() && node.width().is_none()) {
        return None;
    }
    let breaks: Vec<_> = (1..nodes.len())
        .filter(|index| {
            let node = &nodes[*index];
            node.role == Role::Plain && (node.is("|") || node.is("||") || node.is("&&"))
        })
        .collect();
    (!breaks.is_empty()).then_some(breaks)
}

/// The dots before calls.
fn calls(nodes: &[Node<'_>]) -> Vec<usize> {
    let is_call = |index: &usize| {
        let rest = &nodes[*index..];
        rest[0].is(".")
            && rest.get(1).is_some_and(|name| name.word().is_some())
            && rest.get(2).is_some_and(|next| next.is_group(Delimiter::Parenthesis) || next.is("::"))
    };
    (0..nodes.len()).filter(is_call).collect()
}

/// The dots of a chain: two calls at least, or one behind another call.
fn chain(nodes: &[Node<'_>]) -> Option<Vec<usize>> {
    let calls = calls(nodes);
    let first = nodes.get(..*calls.first()?)?;
    let is_chain = calls.len() > 1 || first.iter().any(is_call_with_arguments);
    (is_chain && !first.is_empty()).then_some(calls)
}

/// Columns that must fit for the nodes to begin on a line.
fn first_line(nodes: &[Node<'_>]) -> Option<usize> {
    match chain(nodes) {
        Some(calls) => width(&nodes[..calls[0]]),
        None => head(nodes),
    }
}

fn is_call_with_arguments(node: &Node<'_>) -> bool {
    node.group().is_some_and(|group| group.use_of == Use::Call && !group.body.is_empty())
}

/// Columns of the first line when the last group has lines of its own; `None` without such a group.
fn head(nodes: &[Node<'_>]) -> Option<usize> {
    let (last, before) = nodes.split_last()?;
    let group = last.group().filter(|group| !group.body.is_empty())?;
    let open = usize::from(last.space) + 1;
    Some(width(before).unwrap_or(WIDTH) + open + hugged(group).unwrap_or(0))
}

/// Columns up to the brace of the last argument, when that may begin on the same line and have lines of
/// its own.
fn hugged(group: &Group<'_>) -> Option<usize> {
    if group.delimiter == Delimiter::Brace || group.body.iter().any(|node| node.is(";")) {
        return None;
    }
    let elements = statement::elements(&group.body);
    let (last, first) = elements.split_last()?;
    if first.iter().any(|element| element.is_empty()) {
        return None;
    }
    let end = last.last()?.group()?;
    let is_block = end.delimiter == Delimiter::Brace && end.use_of == Use::Plain;
    let may_hug = !end.body.is_empty() && (is_block || first.is_empty()) && calls(last).is_empty();
    let first: usize = first.iter().try_fold(0, |sum, nodes| Some(sum + width(nodes)? + 2))?;
    let head = head(last)?;
    may_hug.then_some(first + head)
}

/// The group to break where none has to be: parameters of a function, else the last with something in it.
fn breakable(nodes: &[Node<'_>]) -> Option<usize> {
    let is_filled = |index: &usize| nodes[*index].group().is_some_and(|group| !group.body.is_empty());
    match nodes.iter().position(|node| node.is_word("fn")) {
        Some(function) => (function..nodes.len()).find(is_filled),
        None => (0..nodes.len()).rev().find(is_filled),
    }
}

/// Whether items are so short that several stand on a line.
fn is_short(elements: &[&[Node<'_>]]) -> bool {
    elements.iter().all(|element| width(element).is_some_and(|width| width <= SHORT))
}

fn delimiters(delimiter: Delimiter) -> (char, char) {
    match delimiter {
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::Brace | Delimiter::None => ('{', '}'),
    }
}
