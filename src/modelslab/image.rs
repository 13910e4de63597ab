//! Images: what tells one, and how one is brought here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use url::Url;

use super::{ApiError, Client};
use crate::http::{RequestBody, Response};

/// Images lie on hosts of others, which may send on to further ones.
const MAX_REDIRECTS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    Png,
    Jpeg,
    Gif,
    WebP,
}

impl ImageKind {
    /// By its first bytes; a name or a content type may say anything.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// The usual end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub kind: ImageKind,
    pub bytes: Vec<u8>,
}

impl Image {
    /// An image as it is, or as base64.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        match ImageKind::of(&bytes) {
            Some(kind) => Some(Self { kind, bytes }),
            None => Self::from_base64(std::str::from_utf8(&bytes).ok()?),
        }
    }

    /// Base64, with or without `data:image/png;base64,` before it.
    pub fn from_base64(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("data:").and_then(|data| data.split_once(',')).map_or(text, |(_, data)| data);
        let bytes = STANDARD.decode(text).ok()?;
        Some(Self { kind: ImageKind::of(&bytes)?, bytes })
    }

    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.bytes)
    }
}

impl Client {
    /// The image that an entry of a generation's output stands for: base64, or a URL behind which an image or base64 is. It lies
    /// on another host, so nothing of ours is sent there; 16 MiB are read at most.
    pub async fn image(&self, output: &str) -> Result<Image, ApiError> {
        match Url::parse(output).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
            Some(url) => self.image_behind(url).await,
            None => Image::from_base64(output).ok_or_else(|| no_image("what the service gave is no image")),
        }
    }

    async fn image_behind(&self, mut url: Url) -> Result<Image, ApiError> {
        for _ in 0..=MAX_REDIRECTS {
            if url.scheme() != "https" && url.origin() != self.base().origin() {
                return Err(no_image("its address is no https://"));
            }
            let accept = vec![("accept".into(), "image/*, text/plain;q=0.5".to_owned())];
            let response = self.send(Method::GET, url.clone(), accept, RequestBody::None).await?;
            match response.status {
                200 => return whole(response),
                301 | 302 | 303 | 307 | 308 => match response.header("location").and_then(|to| url.join(to).ok()) {
                    Some(to) => url = to,
                    None => return Err(no_image("its address leads nowhere")),
                },
                status => {
                    let message = format!("the host of the image answered {status}");
                    return Err(ApiError::refused(&response, None, message, self.now()));
                }
            }
        }
        Err(no_image("its address leads from one to another without end"))
    }
}

fn whole(response: Response) -> Result<Image, ApiError> {
    match response.broken {
        Some(why) => Err(ApiError { status: None, transient: true, ..ApiError::unusable(&why) }),
        None => {
            Image::read(response.body).ok_or_else(|| no_image("what lies at its address is no PNG, JPEG, GIF or WebP"))
        }
    }
}

fn no_image(why: &str) -> ApiError {
    ApiError { code: Some(ApiError::NOT_AN_IMAGE.to_owned()), ..ApiError::unusable(why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_told_by_its_first_bytes() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some(ImageKind::Png)),
            (b"\xff\xd8\xff\xe0", Some(ImageKind::Jpeg)),
            (b"GIF89a", Some(ImageKind::Gif)),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some(ImageKind::WebP)),
            (b"RIFF\x01\x02\x03\x04WAVE", None),
            (b"<!DOCTYPE html>", None),
            (b"\x89PNG", None),
            (b"", None),
        ] {
            assert_eq!(ImageKind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn base64_is_read_with_its_prefix_and_without() {
        let image = Image { kind: ImageKind::Gif, bytes: b"GIF89a".to_vec() };
        let text = image.to_base64();
        assert_eq!(Image::from_base64(&text), Some(image.clone()));
        assert_eq!(Image::from_base64(&format!("data:image/gif;base64,{text}\n")), Some(image.clone()));
        assert_eq!(Image::read(text.into_bytes()), Some(image));
        for other in ["", "bm90IGFuIGltYWdl", "not base64!", "data:image/gif;base64"] {
            assert_eq!(Image::from_base64(other), None, "{other}");
        }
    }
}
