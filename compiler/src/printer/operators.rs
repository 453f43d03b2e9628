use super::tree::{Kind, Node, Role};

/// Longest first, so that the longest that fits is taken.
const OPERATORS: [&str; 25] = [
    "..=", "...", "<<=", ">>=", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=",
    "^=", "&=", "|=", "<<", ">>", "..", "<-",
];

/// Those that stand most often first.
const CHARACTERS: &str = ":,;.&=#<>'!-|?*/+$%@\\^_`~";

/// One character of an operator: the lexer takes no other.
pub(super) fn character(character: char) -> &'static str {
    let index =
        CHARACTERS.bytes().position(|known| char::from(known) == character).expect("a character of Rust's operators");
    &CHARACTERS[index..=index]
}

/// Whether an operator, or its end, and the next would be read as another operator when nothing stands
/// between them.
pub(super) fn would_merge(operator: &str, next: &str) -> bool {
    let ends = operator.char_indices().map(|(index, _)| &operator[index..]);
    let begins = |rest: &str| !rest.is_empty() && next.starts_with(&rest[..1]);
    ends.into_iter().any(|end| OPERATORS.iter().any(|longer| longer.strip_prefix(end).is_some_and(begins)))
}

/// Joins the characters of an operator that the lexer was told are one. Angles of generics stay alone.
pub(super) fn merge(nodes: &mut Vec<Node<'_>>) {
    let mut is_any_merged = false;
    let mut start = 0;
    while start < nodes.len() {
        let (characters, count) = run(&nodes[start..]);
        if count < 2 {
            start += 1;
            continue;
        }
        let mut characters = &characters[..count];
        while !characters.is_empty() {
            let operator = OPERATORS.iter().find(|operator| characters.starts_with(operator.as_bytes()));
            let length = operator.map_or(1, |operator| operator.len());
            if let Some(operator) = operator {
                join(&mut nodes[start..start + length], operator);
                is_any_merged = true;
            }
            characters = &characters[length..];
            start += length;
        }
    }
    if is_any_merged {
        nodes.retain(|node| node.role != Role::Merged);
    }
}

/// The characters, three at most, that are joint from the first node on, and how many there are.
fn run(nodes: &[Node<'_>]) -> ([u8; 3], usize) {
    let mut characters = [0; 3];
    let mut count = 0;
    for node in nodes.iter().take(characters.len()) {
        let Kind::Operator(text) = node.kind else { break };
        if node.role != Role::Plain {
            break;
        }
        characters[count] = text.as_bytes()[0];
        count += 1;
        if !node.joint {
            break;
        }
    }
    (characters, count)
}

/// Makes one operator of the nodes; all but the first are to be removed.
fn join(nodes: &mut [Node<'_>], operator: &'static str) {
    let [first, rest @ ..] = nodes else { return };
    first.joint = rest.last().is_some_and(|last| last.joint);
    first.become_operator(operator);
    for node in rest {
        node.role = Role::Merged;
    }
}
