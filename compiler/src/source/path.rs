//! Paths as an `include` writes them: relative to the file that includes, with `/`, on every system alike.

/// Why a text is no path that a plan may include.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// Nothing, or spaces alone.
    Empty,
    /// It holds a control character.
    Control,
    /// It begins at the root of a disk, and so holds on one machine alone.
    Absolute,
    /// It is written with `\`.
    Backslash,
}

/// The path of what `text` names in the file at `from`, both relative to the folder of the plan: without `.` and empty
/// parts, and with `..` at its begin alone.
pub(super) fn resolve(from: &str, text: &str) -> Result<String, PathError> {
    if text.trim().is_empty() {
        return Err(PathError::Empty);
    }
    if text.contains(char::is_control) {
        return Err(PathError::Control);
    }
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    if drive || text.starts_with(['/', '\\']) {
        return Err(PathError::Absolute);
    }
    if text.contains('\\') {
        return Err(PathError::Backslash);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder(from).split('/').chain(text.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The folder of a path, empty where it stands in none.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// How many folders a resolved path goes up.
pub(super) fn ups(path: &str) -> usize {
    path.split('/').take_while(|part| *part == "..").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it() {
        let cases = [
            ("taxonomy.yaml", "a.yaml", "a.yaml"),
            ("taxonomy.yaml", "./plans//a.yaml", "plans/a.yaml"),
            ("plans/a.yaml", "b.yaml", "plans/b.yaml"),
            ("plans/a.yaml", "../b.yaml", "b.yaml"),
            ("plans/a.yaml", "../../common/./b.yaml", "../common/b.yaml"),
            ("../common/b.yaml", "../c.yaml", "../c.yaml"),
            ("../common/b.yaml", "../../c.yaml", "../../c.yaml"),
            ("taxonomy.yaml", "plans/../../x/..", ".."),
            ("taxonomy.yaml", ".", ""),
            ("taxonomy.yaml", "pläne/日.yaml", "pläne/日.yaml"),
        ];
        for (from, text, expected) in cases {
            assert_eq!(resolve(from, text).as_deref(), Ok(expected), "{from} {text}");
        }
    }

    #[test]
    fn what_is_no_path_of_a_plan_says_why() {
        let cases = [
            ("", PathError::Empty),
            (" ", PathError::Empty),
            ("a\0.yaml", PathError::Control),
            ("/etc/passwd", PathError::Absolute),
            ("C:/plans/a.yaml", PathError::Absolute),
            ("C:\\plans\\a.yaml", PathError::Absolute),
            ("\\\\server\\a.yaml", PathError::Absolute),
            ("plans\\a.yaml", PathError::Backslash),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve("taxonomy.yaml", text), Err(expected), "{text}");
        }
    }

    #[test]
    fn the_folders_above_are_counted() {
        assert_eq!(["a.yaml", "../a.yaml", "../../a/b.yaml", ".."].map(ups), [0, 1, 2, 1]);
    }
}
