using System.Text;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Coordinator.Doctor;

/// <summary>Where runs are kept, and the library that writes their tables.</summary>
internal static class StorageChecks
{
    public static async Task<DoctorCheck> ParquetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LabelParquet.TryOutAsync(Path.GetTempPath(), cancellationToken).ConfigureAwait(false);
            return new DoctorCheck("storage", "Parquet", DoctorStatus.Ok, "writes and reads");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            return new DoctorCheck("storage", "Parquet", DoctorStatus.Problem, "does not work", $"{e.Message} Install the DuckDB library again: eng/setup.sh run.");
        }
    }

    /// <summary>Writes, creates on condition, reads, lists and deletes an object of a workspace.</summary>
    public static async Task<DoctorCheck> WorkspaceAsync(string location, AzureBlobOptions azure, CancellationToken cancellationToken)
    {
        const string name = "workspace";
        var probe = $"doctor-{Guid.NewGuid():N}";
        try
        {
            var store = ObjectStoreFactory.Open(location, azure);
            var content = Encoding.UTF8.GetBytes(probe);
            try
            {
                if (!await store.CreateIfAbsentAsync(probe, content, cancellationToken).ConfigureAwait(false) ||
                    await store.CreateIfAbsentAsync(probe, content, cancellationToken).ConfigureAwait(false))
                {
                    return new DoctorCheck("storage", name, DoctorStatus.Problem, $"{store.Location}: creating on condition does not work", "Runs need it: use a local folder or Azure Blob Storage.");
                }

                await store.PutAsync(probe, content, cancellationToken).ConfigureAwait(false);
                var read = await store.ReadAllAsync(probe, cancellationToken).ConfigureAwait(false);
                if (!read.AsSpan().SequenceEqual(content))
                {
                    return new DoctorCheck("storage", name, DoctorStatus.Problem, $"{store.Location}: reads something else than was written", "Check the storage.");
                }
            }
            finally
            {
                await store.DeleteAsync(probe, CancellationToken.None).ConfigureAwait(false);
            }

            return new DoctorCheck("storage", name, DoctorStatus.Ok, $"{store.Location}: writes, creates on condition, reads, deletes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new DoctorCheck("storage", name, DoctorStatus.Problem, location, $"{e.Message} Give a folder that can be written, or az://container/prefix with credentials.");
        }
    }

    public static DoctorCheck Credentials(AzureBlobOptions azure, bool needed)
    {
        var text = azure.ToString();
        var has = azure.ConnectionString is not null || azure.SasUrl is not null || (azure.AccountName is not null && azure.AccountKey is not null);
        return has
            ? new DoctorCheck("storage", "Azure", DoctorStatus.Ok, text)
            : new DoctorCheck(
                "storage", "Azure", needed ? DoctorStatus.Problem : DoctorStatus.Note, text,
                "For az:// locations set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_SAS_URL, or AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY.");
    }
}
