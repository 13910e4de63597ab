//! `modelslab.text2img`: a test image, to see that a key is accepted.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client;
use super::outcome::failed;
use crate::action::context::{not_sent, outputs};
use crate::action::{Action, Context};
use crate::http::Pace;
use crate::modelslab::{ApiError, Client, Generation, GenerationRequest, GenerationStatus};
use crate::run::{ErrorKind, Outcome, StepError};
use crate::workflow::{
    ActionSpec, Bounds, Contact, Effect, EffectRule, OutputSpec, Parameter, Reach, Spends, Type, UndoRule,
};

/// Queues of five minutes were seen on free accounts.
const PATIENCE: Duration = Duration::from_secs(600);

/// Whatever the service estimates, it is asked again after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Pixels of width and height.
const SIDE: Bounds = Bounds::Range { least: 256, most: 1024, step: 8 };

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
            doc: "Generates a test image. It waits until the image is ready. A refusal for want of credits is a warning: the key \
                  was accepted.",
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
            ],
            outputs: vec![
                OutputSpec::public("status", Type::String, "`success`, or `refused` for want of credits."),
                OutputSpec::public("output", Type::array(Type::String), "Where the images are; null if refused."),
                OutputSpec::public("id", Type::String, "The generation's id."),
                OutputSpec::public("generation_time", Type::Number, "Seconds, as the service tells it."),
            ],
            captures: false,
            errors: super::ERRORS.to_vec(),
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
        let number = |name: &str| context.get(name).and_then(Value::as_u64);
        let request = GenerationRequest {
            model_id: context.text("model_id").unwrap_or("flux").to_owned(),
            prompt: context.require("prompt")?.to_owned(),
            negative_prompt: context.text("negative_prompt").map(str::to_owned),
            width: number("width"),
            height: number("height"),
            samples: number("samples"),
        };
        let client = client(context)?;
        let answer = match client.text2img(key, &request).await {
            Ok(answer) => wait(&client, key, answer, context).await?,
            Err(error) => Err(error),
        };
        Ok(match answer {
            Ok(image) => Outcome::succeeded(outputs(&self.spec(), values("success", Some(&image)))),
            Err(error) if error.no_credits() => Outcome {
                warning: Some(format!("no image was made, for want of credits; the key was accepted ({error})")),
                ..Outcome::succeeded(outputs(&self.spec(), values("refused", None)))
            },
            Err(error) => failed(&error),
        })
    }
}

fn values(status: &str, image: Option<&Generation>) -> [(&'static str, Value); 4] {
    let id = image.and_then(|image| image.id.as_ref()).map_or(Value::Null, |id| match id {
        Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    });
    [
        ("status", status.into()),
        ("output", image.map_or(Value::Null, |image| image.output.clone().into())),
        ("id", id),
        ("generation_time", image.and_then(|image| image.generation_time).into()),
    ]
}

/// Asks until the image is ready: first after the service's own estimate, then at longer and longer intervals.
async fn wait(
    client: &Client,
    key: &str,
    mut image: Generation,
    context: &Context,
) -> Result<Result<Generation, ApiError>, StepError> {
    let clock = &context.services.clock;
    let patience = context.remaining(PATIENCE);
    let end = clock.now().plus(patience);
    let mut pace = Pace::new(Duration::from_millis(500), Duration::from_secs(10));
    let mut asked = image.eta.and_then(|eta| Duration::try_from_secs_f64(eta).ok());
    while image.status == GenerationStatus::Processing {
        let left = end.since(clock.now());
        if left.is_zero() {
            let message = format!("the image was still being made after {} s", patience.as_secs());
            return Err(StepError::new(ErrorKind::Service, "service.slow", message));
        }
        let pause = asked.take().unwrap_or_else(|| pace.pause()).min(LONGEST_PAUSE);
        tokio::time::sleep(pause.min(left)).await;
        match client.fetch(key, &image).await {
            Ok(fetched) => image = fetched,
            Err(error) if error.transient => asked = error.retry_after,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(image))
}
