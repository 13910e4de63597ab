//! What stands at the root of the site: the link of the verification mail, and the images.

use serde_json::json;

use super::generation::in_base64;
use super::{Exchange, auth, tokens};
use crate::sandbox::http::{Answer, Refusal};
use crate::sandbox::state::Image;

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

/// `GET /generations/{file}`: a small PNG for each image that is finished, as it is or as base64.
pub fn image(x: &mut Exchange<'_>) -> Result<Answer, Refusal> {
    let (name, kind) = x.path_id.rsplit_once('.').ok_or_else(Refusal::not_found)?;
    let (stem, sample) = name.rsplit_once('-').ok_or_else(Refusal::not_found)?;
    let wanted = match kind {
        "png" => false,
        "base64" => true,
        _ => return Err(Refusal::not_found()),
    };
    let ready = |image: &&Image| image.file == stem && image.finished && image.base64 == wanted;
    match (x.state.images.values().find(ready), sample.parse::<u64>()) {
        (Some(image), Ok(sample)) if sample < image.samples => Ok(match (wanted, x.verdict.not_an_image) {
            (true, _) => Answer::text(in_base64(x)),
            (false, true) => Answer::html(200, "Access denied"),
            (false, false) => Answer::png(),
        }),
        _ => Err(Refusal::not_found()),
    }
}
