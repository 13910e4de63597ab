//! The models that images can be made with.

use super::*;

operations! {
    /// Searches the models. The answer is one page.
    list_models(ListModels): Get "models", Bearer => Untold, "D" {
        tool: tool_without("agent-models", "search", &["page"]),
    } with {
        /// Words to look for.
        search: Option<String>,
        /// What for, such as `imagen`, `video_fusion` or `audio_gen`.
        feature: Option<String>,
        /// Whose.
        provider: Option<String>,
        /// Of which type.
        model_type: Option<String>,
        /// Of which kind within it.
        model_subcategory: Option<String>,
        /// Made from which.
        base_model: Option<String>,
        /// With which tags.
        tags: Option<Vec<String>>,
        /// In which order; documents disagree on the words.
        sort: Option<String>,
        /// How many on a page, 20 if not given.
        per_page: Option<i64>,
        /// Which page, from 1.
        page: Option<i64>,
    }

    /// Lists what models can be searched by.
    list_model_filters: Get "models/filters", Bearer => Untold, "D" {
        tool: tool("agent-models", "filters"),
    }

    /// Lists the tags of models.
    list_model_tags: Get "models/tags", Bearer => Untold, "D" {
        tool: tool("agent-models", "tags"),
    }

    /// Lists the providers of models.
    list_model_providers: Get "models/providers", Bearer => Untold, "D" {
        tool: tool("agent-models", "providers"),
    }

    /// Tells of one model.
    get_model(GetModel): Get "models/{model_id}", Bearer => Model, "D" {
        tool: tool("agent-models", "detail"),
    } with {
        /// The model's id, such as `flux`.
        model_id: String,
    }
}

answers! {
    /// A model.
    Model {
        /// Its id.
        model_id: String = ["model_id", "id"],
        /// Its name.
        name: Option<String> = ["name", "model_name"],
        /// How it is asked: a list of objects whose `parameters` are JSON Schemas.
        endpoint_configurations: Option<Value>,
    }
}
