//! What a Cargo.toml says about the plan, read line by line: one key and one table need no TOML crate.

/// `plan` of `[package.metadata.taxogen]`, in any of the forms in which TOML writes it.
pub(super) fn plan(manifest: &str) -> Option<String> {
    settings(manifest).find_map(|(key, value)| {
        if key == "package.metadata.taxogen.plan" {
            return string(value);
        }
        let inline = value.strip_prefix('{').filter(|_| key == "package.metadata.taxogen")?;
        let pairs = inline.trim_end().trim_end_matches('}').split(',');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| path(key) == "plan")
            .and_then(|(_, value)| string(value.trim()))
    })
}

/// Whether the manifest is that of a workspace.
pub(super) fn is_workspace(manifest: &str) -> bool {
    lines(manifest)
        .any(|line| header(line).is_some_and(|table| table == "workspace" || table.starts_with("workspace.")))
}

/// Every `key = value` with the full path of its key.
fn settings(manifest: &str) -> impl Iterator<Item = (String, &str)> {
    let mut table = String::new();
    lines(manifest).filter_map(move |line| {
        if let Some(header) = header(line) {
            table = header;
            return None;
        }
        let (key, value) = line.split_once('=')?;
        let separator = if table.is_empty() { "" } else { "." };
        Some((format!("{table}{separator}{}", path(key)), value.trim()))
    })
}

/// The lines that are not within a text of several lines.
fn lines(manifest: &str) -> impl Iterator<Item = &str> {
    let mut inside = None;
    manifest.lines().filter_map(move |line| {
        let was_inside = inside.is_some();
        for delimiter in ["\"\"\"", "'''"] {
            let toggles = line.matches(delimiter).count() % 2 == 1;
            if toggles && inside.is_none_or(|open| open == delimiter) {
                inside = if inside.is_some() { None } else { Some(delimiter) };
            }
        }
        (!was_inside).then(|| line.trim())
    })
}

/// The name of a `[table]`.
fn header(line: &str) -> Option<String> {
    let name = line.strip_prefix('[')?.split_once(']')?.0;
    (!name.starts_with('[')).then(|| path(name))
}

/// A dotted key without spaces and quotes around its parts.
fn path(key: &str) -> String {
    let parts = key.split('.').map(|part| part.trim().trim_matches(['"', '\'']));
    parts.collect::<Vec<_>>().join(".")
}

/// A text in single or double quotes, and whatever follows it.
fn string(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut text = String::new();
    let mut letters = value[1..].chars();
    loop {
        match letters.next()? {
            letter if letter == quote => return Some(text),
            '\\' if quote == '"' => text.push(match letters.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_found_in_every_form_of_toml() {
        let cases = [
            (
                "[package]\nname = \"a\"\n\n[package.metadata.taxogen]\nplan = \"plans/a.yaml\" # ours\n",
                Some("plans/a.yaml"),
            ),
            ("[ package . metadata . \"taxogen\" ]\nplan='C:\\a.yaml'\n", Some("C:\\a.yaml")),
            ("[package.metadata]\ntaxogen = { plan = \"b.yaml\" }\n", Some("b.yaml")),
            ("[package.metadata]\ntaxogen.plan = \"b.yaml\"\n", Some("b.yaml")),
            ("[package]\nmetadata.taxogen.plan = \"c\\\\d.yaml\"\n", Some("c\\d.yaml")),
            ("[package.metadata.other]\nplan = \"a.yaml\"\n", None),
            ("[package]\ndescription = \"\"\"\n[package.metadata.taxogen]\nplan = \"a.yaml\"\n\"\"\"\n", None),
            ("[package.metadata.taxogen]\nplan = 3\n", None),
            ("[package.metadata.taxogen]\n# plan = \"a.yaml\"\n", None),
            ("", None),
        ];
        for (manifest, expected) in cases {
            assert_eq!(plan(manifest).as_deref(), expected, "{manifest}");
        }
    }

    #[test]
    fn a_workspace_is_told_by_its_table() {
        let cases = [
            ("[workspace]\nmembers = []\n", true),
            ("[package]\nname = \"a\"\n[workspace.dependencies]\n", true),
            ("[package]\nversion.workspace = true\n", false),
            ("[package]\ndescription = \"\"\"\n[workspace]\n\"\"\"\n", false),
            ("# [workspace]\n", false),
            ("[workspaces]\n", false),
        ];
        for (manifest, expected) in cases {
            assert_eq!(is_workspace(manifest), expected, "{manifest}");
        }
    }
}
