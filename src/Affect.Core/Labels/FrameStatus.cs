namespace Affect.Core.Labels;

/// <summary>What became of one frame. Stored: values are never renumbered.</summary>
public enum FrameStatus
{
    /// <summary>Not set; never written.</summary>
    Unknown = 0,

    /// <summary>At least one face was found: one row a face.</summary>
    Face = 1,

    /// <summary>Decoded and searched, no face found: one row, face columns null.</summary>
    NoFace = 2,

    /// <summary>Listed in the packet index, but no picture came out of the decoder: one row, with the reason.</summary>
    Failed = 3,
}
