//! The notation of the table: what is written once becomes a value, a request, and a method of the client.

/// Operations, each with its request and its answer.
///
/// ```text
/// /// What it does. More about it.
/// revoke_token(RevokeToken): Delete "auth/tokens/{token_id}", Bearer => Done, "S3, D" {
///     tool: tool("agent-tokens", "revoke"),
/// } with {
///     /// The token's id.
///     token_id: String,
/// }
/// ```
macro_rules! operations {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $(($Request:ident))? : $verb:ident $path:literal, $credential:ident => $Answer:ty, $source:literal {
            $($key:ident: $value:expr),* $(,)?
        } $(with {
            $( $(#[doc = $about:literal])+ $field:ident: $Field:ty $([$($adjust:tt)+])? ),* $(,)?
        })?
    )+) => {
        /// The operations of this part, as they stand above.
        pub(super) static OPERATIONS: &[&Operation] = &[$(&$name),+];

        $(
            #[allow(non_upper_case_globals)] // it is the method's name
            pub static $name: Operation = Operation {
                name: stringify!($name),
                action: concat!("modelslab.", stringify!($name)),
                doc: concat!($($doc),+).trim_ascii(),
                source: $source,
                $(parameters: $Request::parameters,)?
                outputs: <$Answer as Answer>::outputs,
                read: |data| <$Answer as Answer>::read(data).map(|answer| answer.values()),
                $($key: $value,)*
                ..Operation::of(Verb::$verb, $path, Credential::$credential)
            };

            $(
                #[doc = concat!("What [`Client::", stringify!($name), "`] is asked with.")]
                #[derive(Debug, Clone, Default)]
                pub struct $Request {
                    $( $(#[doc = $about])+ pub $field: $Field, )*
                }

                impl $Request {
                    fn parameters() -> Vec<Parameter> {
                        vec![$(
                            argument::parameter::<$Field>(stringify!($field), concat!($($about),+).trim_ascii())
                                $($($adjust)+)?
                        ),*]
                    }

                    fn arguments(&self) -> Map<String, Value> {
                        let all = [$( (stringify!($field), Argument::to_json(&self.$field)) ),*];
                        all.into_iter().filter_map(|(field, value)| Some((argument::name(field).to_owned(), value?))).collect()
                    }
                }
            )?
        )+

        impl Client {
            $( operations!(@method $credential $name ($($Request)?) $Answer, $($doc)+ "" $source); )+
        }
    };
    (@method Nothing $name:ident ($Request:ident) $Answer:ty, $($doc:literal)+) => {
        $(#[doc = $doc])+
        pub async fn $name(&self, request: &$Request) -> Result<$Answer, ApiError> {
            <$Answer as Answer>::read(&self.ask(&$name, None, request.arguments()).await?)
        }
    };
    (@method Nothing $name:ident () $Answer:ty, $($doc:literal)+) => {
        $(#[doc = $doc])+
        pub async fn $name(&self) -> Result<$Answer, ApiError> {
            <$Answer as Answer>::read(&self.ask(&$name, None, Map::new()).await?)
        }
    };
    (@method $credential:ident $name:ident ($Request:ident) $Answer:ty, $($doc:literal)+) => {
        $(#[doc = $doc])+
        pub async fn $name(&self, credential: &str, request: &$Request) -> Result<$Answer, ApiError> {
            <$Answer as Answer>::read(&self.ask(&$name, Some(credential), request.arguments()).await?)
        }
    };
    (@method $credential:ident $name:ident () $Answer:ty, $($doc:literal)+) => {
        $(#[doc = $doc])+
        pub async fn $name(&self, credential: &str) -> Result<$Answer, ApiError> {
            <$Answer as Answer>::read(&self.ask(&$name, Some(credential), Map::new()).await?)
        }
    };
}

/// Answers. A field is read from where its name says, or from the first of the places named after it that has one; what is
/// no `Option` must be there.
macro_rules! answers {
    ($(
        $(#[doc = $doc:literal])+
        $Answer:ident {
            $( $(#[doc = $about:literal])+ $field:ident: $Field:ty $(= [$($place:literal),+])? ),* $(,)?
        }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Answer {
            $( $(#[doc = $about])+ pub $field: $Field, )*
        }

        impl Answer for $Answer {
            fn outputs() -> Vec<OutputSpec> {
                vec![$( answer::output::<$Field>(stringify!($field), concat!($($about),+).trim_ascii()) ),*]
            }

            fn read(data: &Value) -> Result<Self, ApiError> {
                Ok(Self {$(
                    $field: answer::field(data, stringify!($field), &[$($($place),+)?])?,
                )*})
            }

            fn values(&self) -> Values {
                vec![$( (stringify!($field), Told::to_json(&self.$field)) ),*]
            }
        }
    )+};
}

pub(super) use {answers, operations};
