//! `onramp key new` and `onramp key rotate`.

use super::workspace;
use crate::cli::args::{Global, Key as Args, Rotate};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::diagnostic::escape;
use crate::ops::{self, RotateOutcome, Rotation};

pub fn key(args: Args, global: &Global) -> Result<Exit, Failure> {
    match args {
        Args::New => new(),
        Args::Rotate(args) => rotate(args, global),
    }
}

fn new() -> Result<Exit, Failure> {
    let workspace = workspace(std::path::Path::new(ops::DEFAULT_STORE), "onramp key new");
    let made = ops::key_new(&workspace)?;
    out::print(&escape(&format!("key {} is in {}", made.id, made.path.display())))?;
    Ok(Exit::Done)
}

fn rotate(args: Rotate, global: &Global) -> Result<Exit, Failure> {
    let workspace = workspace(&args.store.folder(global), "onramp key rotate");
    let rotation = match (args.to_key_file, args.finish) {
        (Some(file), _) => Rotation::ToFile(file),
        (None, true) => Rotation::Finish,
        (None, false) => Rotation::InPlace,
    };
    let elsewhere = matches!(rotation, Rotation::ToFile(_));
    let RotateOutcome { key, old, rewrapped, kept } = ops::key_rotate(&workspace, rotation)?;
    let runs = if rewrapped == 1 { "1 run is".to_owned() } else { format!("{rewrapped} runs are") };
    let mut text = format!("key {} is in {}; {runs} newly sealed with it", key.id, key.path.display());
    match old {
        Some((id, Some(place))) => {
            let place = place.display();
            text.push_str(&format!("\nkey {id} is kept in {place}; remove it once no run of any store needs it"));
        }
        Some((id, None)) => text.push_str(&format!("\nkey {id} is still where it was")),
        None => {}
    }
    if elsewhere {
        let path = std::path::absolute(&key.path).unwrap_or(key.path);
        text.push_str(&format!(
            "\nset ONRAMP_KEY_FILE={} from now on, or give that key as the old one",
            path.display()
        ));
    }
    out::print(&escape(&text))?;
    kept.iter().for_each(|(run, error)| out::say(&format!("run {run} keeps its key: {error}")));
    if !kept.is_empty() && !elsewhere {
        out::say("`onramp key rotate --finish` seals them with the new key when that is possible");
    }
    Ok(if kept.is_empty() { Exit::Done } else { Exit::StepFailed })
}
