use std::env;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use taxogen_compiler::locate;

use super::Outcome;
use crate::failure::Failure;
use crate::printer::Printer;

/// What a new plan begins as. The first line of the name is replaced by that of the folder.
const TEMPLATE: &str = include_str!("init.yaml");
const TEMPLATE_NAME: &str = "name: my-product\n";

/// Write a first plan, and say what to add to the application.
///
/// Exits with 0 when it is written, and with 2 when a file stands there already or cannot be written.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Where to write it.
    #[arg(default_value = locate::FILE_NAME)]
    path: PathBuf,
}

impl Init {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let Self { path } = self;
        let text = TEMPLATE.replacen(TEMPLATE_NAME, &format!("name: {}\n", product_name(&path)), 1);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists {
                let message = format!("`{}` exists already", path.display());
                return Failure::Usage {
                    message,
                    help: "it is left as it is; give another path, or remove it".to_owned(),
                };
            }
            Failure::write(&path)(error)
        })?;
        file.write_all(text.as_bytes()).map_err(Failure::write(&path))?;
        printer.talk(format_args!("{}: written; `taxogen check` tells mistakes in it. Now add:\n", path.display()));
        // A path, because taxogen is not published: the clone that the README tells to make.
        printer.data(
            "taxogen = { path = \"../taxogen/runtime\" } # Cargo.toml, under [dependencies]: your clone of taxogen\n\
             taxogen::taxonomy!();                      // src/main.rs, at the top\n\
             let client = taxogen::Client::from_env()?; // where the application starts\n",
        )?;
        Ok(Outcome::Good)
    }
}

/// The name of the folder of the plan, where it is one that needs no quotes in YAML.
fn product_name(plan: &Path) -> String {
    let folder = plan.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
    let folder = folder.or_else(|| env::current_dir().ok());
    let name = folder.and_then(|folder| Some(folder.file_name()?.to_str()?.to_owned()));
    let is_plain = |name: &String| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    };
    name.filter(is_plain).unwrap_or_else(|| "my-product".to_owned())
}
