//! What stands at the root of the site: the link of the verification mail, and the images.

use serde_json::json;

use super::{Exchange, auth, tokens};
use crate::sandbox::http::{Answer, Refusal};

/// `GET /verify/{token}`: uses the code up and gives no token; one logs in afterwards.
pub fn verify(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    match (auth::redeem(x, x.path_id), x.wants_json) {
        (Ok(account), true) => {
            let user = tokens::user(&account, true);
            Ok(x.answer(200, json!({ "message": "Email verified.", "user": user })))
        }
        (Ok(_), false) => Ok(Answer::html(200, "Email verified")),
        (Err(refusal), true) => Err(refusal),
        (Err(_), false) => Ok(Answer::html(422, "This link is invalid or has expired")),
    }
}

/// `GET /generations/{file}`: a small PNG for each image that is finished.
pub fn image(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let Some((stem, sample)) = x.path_id.strip_suffix(".png").and_then(|name| name.rsplit_once('-')) else {
        return Err(Refusal::not_found());
    };
    let image = x.state.images.values().find(|image| image.file == stem && image.finished);
    match (image, sample.parse::<u64>()) {
        (Some(image), Ok(sample)) if sample < image.samples => Ok(Answer::png()),
        _ => Err(Refusal::not_found()),
    }
}
