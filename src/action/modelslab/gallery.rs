//! Images that were made are brought here: as base64, as files, or both.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::outcome::step_error;
use crate::action::Context;
use crate::action::files::Below;
use crate::http::Pace;
use crate::id::hex;
use crate::modelslab::{ApiError, Client, Generation, Image};
use crate::run::{ErrorKind, StepError};

/// How often an image is asked for at its host. It may be there a little after it is told of.
const TRIES: u32 = 5;

/// The generation as the step gives it, and the files. Nothing is brought that was not asked for.
pub(super) async fn bring(
    client: &Client,
    mut made: Generation,
    base64: bool,
    folder: Option<&Below>,
    context: &Context,
) -> Result<(Generation, Option<Vec<String>>), StepError> {
    if !base64 && folder.is_none() {
        return Ok((made, None));
    }
    let mut files = Vec::new();
    for (number, output) in made.output.iter_mut().enumerate() {
        let image = fetched(client, output, context).await.map_err(|error| told(&error))?;
        if base64 {
            *output = image.to_base64();
        }
        if let Some(folder) = folder {
            files.push(kept(folder, name(context, number, &image), image, context).await?);
        }
    }
    Ok((made, folder.map(|_| files)))
}

/// A read, which is tried again by itself: the step as a whole would make another image.
async fn fetched(client: &Client, output: &str, context: &Context) -> Result<Image, ApiError> {
    let mut pace = Pace::new(Duration::from_millis(500), Duration::from_secs(10));
    let mut tries = 1;
    loop {
        match client.image(output).await {
            Err(error) if tries < TRIES && (error.transient || error.status == Some(404)) => {
                tries += 1;
                let pause = error.retry_after.unwrap_or_else(|| pace.pause());
                let left = context.remaining(pause);
                tokio::time::sleep(left).await;
                if left < pause {
                    return Err(error);
                }
            }
            answer => return answer,
        }
    }
}

fn told(error: &ApiError) -> StepError {
    let code = error.is(ApiError::NOT_AN_IMAGE).then(|| format!("service.{}", ApiError::NOT_AN_IMAGE));
    let error = step_error(error);
    StepError {
        code: code.unwrap_or(error.code),
        message: format!("the image was made, and cannot be brought here: {}", error.message),
        class: None,
        ..error
    }
}

/// The same for every try of a step, and for no other step of any run.
fn name(context: &Context, number: usize, image: &Image) -> String {
    const LONGEST: usize = 60;
    let task = context.order.task.to_string();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let task: String = task.chars().take(LONGEST).map(plain).collect();
    let digest = hex(&Sha256::digest(context.order.idempotency_key.as_bytes())[..4]);
    format!("{}-{digest}-{number}.{}", task.trim_matches('-'), image.kind.extension())
}

async fn kept(folder: &Below, name: String, image: Image, context: &Context) -> Result<String, StepError> {
    let (path, below, root) = (folder.path(&name), folder.clone(), context.services.folder.clone());
    let written = tokio::task::spawn_blocking(move || below.write(&root, &name, &image.bytes)).await;
    let error = match written {
        Ok(Ok(())) => return Ok(path),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    let message = format!("the image was made, and {path} cannot be written: {error}");
    Err(StepError::new(ErrorKind::Config, "config.download", message))
}
