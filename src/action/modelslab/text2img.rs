//! `modelslab.text2img`: a test image, to see that a key is accepted.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::outcome::failed;
use super::{client, gallery};
use crate::action::context::not_sent;
use crate::action::files::Below;
use crate::action::{Action, Context};
use crate::diagnostic::escape;
use crate::http::Pace;
use crate::modelslab::{ApiError, ApiVersion, Client, Generation, GenerationRequest, GenerationStatus, places_of};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{
    ActionSpec, Bounds, Contact, Effect, EffectRule, Judges, OutputSpec, Parameter, Reach, Refusal, Spends, Type,
    UndoRule,
};

/// Queues of five minutes were seen on free accounts.
const PATIENCE: Duration = Duration::from_secs(600);

/// Whatever the service estimates, it is asked again after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Pixels of width and height.
const SIDE: Bounds = Bounds::Range { least: 256, most: 1024, step: 8 };

/// Beside those of all steps of ModelsLab.
const ERRORS: &[&str] =
    &["config.download", "service.generation_failed", "service.not_an_image", "service.provider_error", "service.slow"];

/// How often the service may say that it does not know an image that it has just taken on.
const MOST_UNKNOWN: u32 = 5;

pub struct Text2Img;

const EXAMPLE: &str = r#"secrets:
  key: { env: MODELSLAB_API_KEY }
steps:
  generate:
    uses: modelslab.text2img
    with:
      key: "${{ secrets.key }}"
      prompt: A sunset over mountains
outputs:
  image: "${{ steps.generate.outputs.output[0] }}"
"#;

impl Action for Text2Img {
    fn spec(&self) -> ActionSpec {
        ActionSpec {
            name: "modelslab.text2img",
            doc: "Generates a test image. It waits until the image is ready, and until the service's queue has a place: five \
                  images of a key are made at a time. A refusal for want of credits is a warning: the key was accepted. With \
                  `download`, the images are fetched from wherever the service put them, without the key, and become files \
                  if they are PNG, JPEG, GIF or WebP.",
            effect: EffectRule::Always(Effect::Repeat),
            probe: None,
            undo: UndoRule::Never("an image was made, and what it cost is spent"),
            reach: Reach::to(Contact::Service).spends(Spends::credits("credits for each image; price not documented")),
            parameters: vec![
                Parameter::required("key", Type::String, "An API key.").secret(),
                Parameter::required("prompt", Type::String, "What to draw."),
                Parameter::optional("model_id", Type::String, "The model; `flux` if not given."),
                Parameter::optional("negative_prompt", Type::String, "What not to draw."),
                Parameter::optional("width", Type::Integer, "Pixels.").within(SIDE),
                Parameter::optional("height", Type::Integer, "Pixels.").within(SIDE),
                Parameter::optional("samples", Type::Integer, "How many images.").within(Bounds::range(1, 4)),
                Parameter::optional("api_version", Type::String, "Of the service's routes; `v6` if not given.")
                    .one_of(&["v6", "v7"]),
                Parameter::optional("base64", Type::Boolean, "Give the images as base64 instead of URLs."),
                Parameter::optional("download", Type::String, "A folder below the workflow's own, for files.")
                    .judged(Judges { value: Some(judge_folder), ..Judges::NONE }),
            ],
            outputs: vec![
                OutputSpec::public("status", Type::String, "`success`, or `refused` for want of credits."),
                OutputSpec::public(
                    "output",
                    Type::array(Type::String),
                    "URLs of the images, or base64; null if refused.",
                ),
                OutputSpec::public(
                    "files",
                    Type::array(Type::String),
                    "Their files, below the workflow's folder, or null.",
                ),
                OutputSpec::public("id", Type::String, "The generation's id."),
                OutputSpec::public("generation_time", Type::Number, "Seconds, as the service tells it."),
            ],
            captures: false,
            errors: super::ERRORS.iter().chain(ERRORS).copied().collect(),
            example: EXAMPLE.into(),
        }
    }

    fn perform<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.generate(context).await.unwrap_or_else(not_sent) })
    }
}

impl Text2Img {
    async fn generate(&self, context: &Context) -> Result<Outcome, StepError> {
        let key = context.require("key")?;
        let wanted = wanted(context)?;
        let download = context.text("download").filter(|folder| !folder.is_empty()).map(folder).transpose()?;
        let client = client(context)?;
        let made = match make(&client, key, &wanted, context).await? {
            Ok(image) => image,
            Err(error) if error.no_credits() => {
                let warning = format!("no image was made, for want of credits; the key was accepted ({error})");
                let nothing = context.outputs(values("refused", None, None));
                return Ok(Outcome { warning: Some(warning), ..Outcome::succeeded(nothing) });
            }
            Err(error) => return Ok(refused(&error)),
        };
        let told = |made: &Generation, files| Outcome::succeeded(context.outputs(values("success", Some(made), files)));
        // The image is made, and paid for: whatever happens now, it is not asked for again, and where it is stays known.
        Ok(match gallery::bring(&client, made.clone(), wanted.base64, download.as_ref(), context).await {
            Ok((made, files)) => told(&made, files),
            Err(error) => Outcome { error: Some(error), ..told(&made, None) },
        })
    }
}

fn wanted(context: &Context) -> Result<GenerationRequest, StepError> {
    let number = |name: &str| context.get(name).and_then(Value::as_u64);
    let version = context.text("api_version").unwrap_or(ApiVersion::V6.as_str());
    let version = ApiVersion::parse(version).ok_or_else(|| {
        let message = format!("`api_version` is v6 or v7, not {}", escape(version));
        StepError::new(ErrorKind::Config, "config.parameter", message)
    })?;
    Ok(GenerationRequest {
        model_id: context.text("model_id").unwrap_or("flux").to_owned(),
        prompt: context.require("prompt")?.to_owned(),
        negative_prompt: context.text("negative_prompt").map(str::to_owned),
        width: number("width"),
        height: number("height"),
        samples: number("samples"),
        base64: context.get("base64").and_then(Value::as_bool).unwrap_or(false),
        version,
    })
}

fn judge_folder(value: &Value) -> Result<(), Refusal> {
    Below::parse(value.as_str().unwrap_or_default()).map(drop)
}

fn folder(text: &str) -> Result<Below, StepError> {
    let wrong = |refusal| StepError::new(ErrorKind::Config, "config.download", format!("`download`: {refusal}"));
    Below::parse(text).map_err(wrong)
}

/// Why there is no image. What a body refuses under HTTP 200 has a code as well.
fn refused(error: &ApiError) -> Outcome {
    let mut outcome = failed(error);
    if let (Some(200..300), Some(code), Some(told)) = (error.status, &error.code, &mut outcome.error) {
        told.code = format!("service.{code}");
    }
    outcome
}

fn values(status: &str, image: Option<&Generation>, files: Option<Vec<String>>) -> [(&'static str, Value); 5] {
    [
        ("status", status.into()),
        ("output", image.map_or(Value::Null, |image| image.output.clone().into())),
        ("files", files.into()),
        ("id", image.and_then(Generation::id_text).into()),
        ("generation_time", image.and_then(|image| image.generation_time).into()),
    ]
}

/// Asks for the image once there is a place in the service's queue, and then until it is ready.
async fn make(
    client: &Client,
    key: &str,
    wanted: &GenerationRequest,
    context: &Context,
) -> Result<Result<Generation, ApiError>, StepError> {
    let place = match client.place(key).await {
        Ok(place) => place,
        Err(error) => return Ok(Err(error)),
    };
    match client.text2img(key, wanted).await {
        Ok(answer) => wait(client, key, answer, context).await,
        Err(error) => {
            places_of(&error).into_iter().for_each(|places| place.learn(places));
            Ok(Err(error))
        }
    }
}

/// Asks until the image is ready: first after the service's own estimate, then at longer and longer intervals, and never before
/// it said.
async fn wait(
    client: &Client,
    key: &str,
    mut image: Generation,
    context: &Context,
) -> Result<Result<Generation, ApiError>, StepError> {
    let patience = context.patience(PATIENCE);
    let mut pace = Pace::new(Duration::from_millis(500), Duration::from_secs(10));
    let (mut first, mut asked, mut unknown) = (true, eta(&image), 0);
    while image.status == GenerationStatus::Processing {
        let left = patience.left();
        if left.is_zero() {
            let message = format!("the image was still being made after {} s", patience.whole.as_secs());
            return Err(StepError::new(ErrorKind::Service, "service.slow", message));
        }
        let pause = match asked.take() {
            Some(asked) if std::mem::take(&mut first) => asked,
            Some(asked) => pace.pause().max(asked),
            None => pace.pause(),
        };
        tokio::time::sleep(pause.min(LONGEST_PAUSE).min(left)).await;
        match client.fetch(key, &image).await {
            Ok(fetched) => {
                asked = eta(&fetched);
                image = fetched;
            }
            Err(error) if error.transient => asked = error.retry_after,
            Err(error) if error.status == Some(404) && unknown < MOST_UNKNOWN => unknown += 1,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(image))
}

fn eta(image: &Generation) -> Option<Duration> {
    image.eta.and_then(|eta| Duration::try_from_secs_f64(eta).ok())
}
