//! By what assets can be narrowed down and counted.

/// A property of an asset that is compared as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The kind of media.
    Kind,
    /// Its role.
    AssetType,
    /// Who ran the model.
    Provider,
    /// Which model.
    Model,
    /// ready, failed or archived.
    Status,
    /// A tag.
    Tag,
    /// The project it is for.
    Project,
    /// The scene it is for.
    Scene,
    /// Its key there.
    AssetKey,
    /// The id that the client gave it.
    ClientId,
    /// The seed in its metadata.
    Seed,
}

impl Field {
    /// Those whose values are counted.
    pub const COUNTED: [Self; 7] = [
        Self::Kind,
        Self::AssetType,
        Self::Provider,
        Self::Model,
        Self::Status,
        Self::Tag,
        Self::Project,
    ];

    /// Its name on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kind => "type",
            Self::AssetType => "asset_type",
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Status => "status",
            Self::Tag => "tag",
            Self::Project => "project_id",
            Self::Scene => "scene_id",
            Self::AssetKey => "asset_key",
            Self::ClientId => "client_id",
            Self::Seed => "seed",
        }
    }

    /// The counted one of a name.
    pub fn counted(word: &str) -> Option<Self> {
        Self::COUNTED.into_iter().find(|field| field.word() == word)
    }

    /// The letter that its terms begin with, after their owner.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Kind => b'k',
            Self::AssetType => b'r',
            Self::Provider => b'v',
            Self::Model => b'm',
            Self::Status => b's',
            Self::Tag => b't',
            Self::Project => b'p',
            Self::Scene => b'c',
            Self::AssetKey => b'y',
            Self::ClientId => b'l',
            Self::Seed => b'e',
        }
    }
}
