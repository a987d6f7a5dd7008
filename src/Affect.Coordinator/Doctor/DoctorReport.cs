using System.Text.Json.Serialization;

namespace Affect.Coordinator.Doctor;

/// <summary>What a check came to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DoctorStatus>))]
public enum DoctorStatus
{
    [JsonStringEnumMemberName("unknown")]
    Unknown = 0,

    /// <summary>It is there and works.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok = 1,

    /// <summary>It is not there, and what was asked about does not need it.</summary>
    [JsonStringEnumMemberName("note")]
    Note = 2,

    /// <summary>A run cannot do without it.</summary>
    [JsonStringEnumMemberName("problem")]
    Problem = 3,
}

/// <summary>One thing looked at.</summary>
/// <param name="Area">machine, ffmpeg, inference, models or storage.</param>
/// <param name="Name">The thing.</param>
/// <param name="Status">How it is.</param>
/// <param name="Value">What was found.</param>
/// <param name="Remedy">The way out; null where nothing is wrong.</param>
internal sealed record DoctorCheck(string Area, string Name, DoctorStatus Status, string Value, string? Remedy = null);

/// <summary>What <c>affect doctor</c> prints. Must agree with docs/cli.md.</summary>
/// <param name="Ready">No check is a problem.</param>
internal sealed record DoctorReport(bool Ready, IReadOnlyList<DoctorCheck> Checks);
