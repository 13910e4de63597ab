//! The rows of a fleet, from wherever the command line says.

use std::path::Path;

use crate::cli::args::{Global, RowArgs};
use crate::cli::console::stderr_look;
use crate::cli::failure::Failure;
use crate::cli::voice::Voice;
use crate::cli::{out, values};
use crate::fleet::Row;
use crate::ops::{self, GivenRows, OpError, RowSource, RowsFromRequest, RowsRequest, Talk as _, Workspace};
use crate::plan::Plan;
use crate::report::fleet::bad_rows;

/// The fleet's name: the one given, or the stem of the file with the rows.
pub fn name(given: Option<String>, rows: &RowArgs) -> Result<String, OpError> {
    let stem = || rows.inputs.as_deref().filter(|path| *path != Path::new("-"))?.file_stem()?.to_str();
    given
        .or_else(|| stem().map(str::to_owned))
        .ok_or_else(|| OpError::Usage("the fleet needs a name: `--name q4`".to_owned()))
}

/// What the rows are for.
pub struct For<'a> {
    pub workspace: &'a Workspace,
    pub plan: &'a Plan,
    pub name: &'a str,
    pub sandbox: bool,
}

pub fn rows(whose: &For<'_>, args: RowArgs, global: &Global, voice: &mut Voice) -> Result<Vec<Row>, Failure> {
    let skip_bad = args.skip_bad;
    let GivenRows { rows, bad, .. } = read(whose, args, voice)?;
    if !bad.is_empty() {
        out::draw(&bad_rows::page(&bad, &stderr_look(global.color)));
        if !skip_bad {
            let message = "rows are wrong, and nothing was sent; `--skip-bad` leaves these out".to_owned();
            return Err(OpError::Usage(message).into());
        }
    }
    Ok(rows)
}

fn read(whose: &For<'_>, args: RowArgs, voice: &mut Voice) -> Result<GivenRows, OpError> {
    let For { workspace, plan, name, sandbox } = *whose;
    let given = values::given(&plan.workflow, &args.input, None).map_err(OpError::Usage)?;
    let mut say = |text: &str| voice.say(text);
    if let Some(fleet) = &args.rows_from {
        let request = RowsFromRequest { fleet, into: name, given: &given, sandbox };
        return ops::rows_from(workspace, plan, &request, &mut say);
    }
    let source = match (args.inputs, args.count) {
        (Some(path), _) if path == Path::new("-") => RowSource::StandardInput,
        (Some(path), _) => RowSource::File(path),
        (None, count) => {
            let pair = |pair: &String| values::pair(pair).map(|(name, value)| (name.to_owned(), value.to_owned()));
            let columns = args.template.iter().map(pair).collect::<Result<_, _>>().map_err(OpError::Usage)?;
            RowSource::Template { count: count.unwrap_or(0), columns }
        }
    };
    let request = RowsRequest { source, format: args.format.map(Into::into), key: args.key, given: &given, sandbox };
    ops::read_rows(&plan.workflow, &request, &mut std::io::stdin(), &mut say)
}
