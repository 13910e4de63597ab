//! The models that the service knows: a few of each feature, in the order in which it recommends them.

/// A model of the service.
pub struct Model {
    pub id: &'static str,
    pub name: &'static str,
    pub feature: &'static str,
    pub provider: &'static str,
    pub kind: &'static str,
    pub subcategory: &'static str,
    pub base: Option<&'static str>,
    pub tags: &'static [&'static str],
    /// How often it was used.
    pub calls: u64,
    /// The day it was added.
    pub added: &'static str,
}

#[rustfmt::skip]
pub static MODELS: [Model; 10] = [
    Model { id: "flux", name: "Flux", feature: "imagen", provider: "black-forest-labs", kind: "text-to-image", subcategory: "realistic", base: None, tags: &["photorealistic", "fast"], calls: 91_000, added: "2024-08-02" },
    Model { id: "flux-dev", name: "Flux Dev", feature: "imagen", provider: "black-forest-labs", kind: "text-to-image", subcategory: "realistic", base: Some("flux"), tags: &["photorealistic"], calls: 40_500, added: "2024-08-09" },
    Model { id: "sdxl", name: "Stable Diffusion XL", feature: "imagen", provider: "stability-ai", kind: "text-to-image", subcategory: "general", base: None, tags: &["general"], calls: 70_100, added: "2023-07-26" },
    Model { id: "stable-diffusion-v1-5", name: "Stable Diffusion 1.5", feature: "imagen", provider: "stability-ai", kind: "text-to-image", subcategory: "general", base: None, tags: &["general", "fast"], calls: 65_000, added: "2022-10-20" },
    Model { id: "midjourney", name: "Midjourney Style", feature: "imagen", provider: "modelslab", kind: "text-to-image", subcategory: "artistic", base: Some("stable-diffusion-v1-5"), tags: &["artistic"], calls: 88_200, added: "2023-01-15" },
    Model { id: "cogvideox", name: "CogVideoX", feature: "video_fusion", provider: "zhipu", kind: "text-to-video", subcategory: "general", base: None, tags: &["video"], calls: 9_400, added: "2024-09-01" },
    Model { id: "voice-basic", name: "Voice Basic", feature: "audio_gen", provider: "modelslab", kind: "text-to-speech", subcategory: "speech", base: None, tags: &["speech"], calls: 12_000, added: "2024-03-11" },
    Model { id: "llama-3.1-8b", name: "Llama 3.1 8B", feature: "llmaster", provider: "meta", kind: "chat", subcategory: "general", base: None, tags: &["chat", "fast"], calls: 15_300, added: "2024-07-24" },
    Model { id: "hunyuan3d", name: "Hunyuan3D", feature: "threed", provider: "tencent", kind: "image-to-3d", subcategory: "general", base: None, tags: &["3d"], calls: 1_800, added: "2025-01-22" },
    Model { id: "interior-v1", name: "Interior", feature: "interior", provider: "modelslab", kind: "image-to-image", subcategory: "interior", base: Some("sdxl"), tags: &["interior"], calls: 4_700, added: "2023-11-05" },
];

/// Whether images can be asked of the model called `id`.
pub fn makes_images(id: &str) -> bool {
    MODELS.iter().any(|model| model.id == id && model.feature == "imagen")
}
