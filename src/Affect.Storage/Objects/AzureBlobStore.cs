using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Affect.Storage.Objects;

/// <summary>
/// Objects as block blobs of one container, below a prefix. A blob appears when its blocks are committed; create-if-absent is
/// <c>If-None-Match: *</c>.
/// Transient errors are retried by the Azure client alone (<see cref="AzureBlobOptions"/>).
/// </summary>
public sealed class AzureBlobStore : IObjectStore
{
    private const int BlockBytes = 8 * 1024 * 1024;
    private readonly BlobContainerClient _container;
    private readonly string _prefix;

    /// <param name="container">Client of the container, with the retries of <see cref="AzureBlobOptions"/>.</param>
    /// <param name="prefix">What the blob names start with: empty, or a folder that ends in '/'.</param>
    internal AzureBlobStore(BlobContainerClient container, string prefix)
    {
        _container = container;
        _prefix = prefix;
        Location = $"{AzureLocation.Scheme}{container.Name}/{prefix}".TrimEnd('/');
    }

    public string Location { get; }

    /// <summary>Makes the container if it is not there. A container that is there is only listed: many credentials may not make one.</summary>
    public async Task EnsureContainerAsync(CancellationToken cancellationToken)
    {
        var isThere = await RunAsync(
            "list",
            async () =>
            {
                try
                {
                    await using var blobs = _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
                    await blobs.MoveNextAsync();
                    return true;
                }
                catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                {
                    return false;
                }
            }).ConfigureAwait(false);
        if (!isThere)
        {
            await RunAsync("create the container", async () => await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken)).ConfigureAwait(false);
        }
    }

    public Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return RunAsync(
            $"create '{name}'",
            async () =>
            {
                try
                {
                    var ifAbsent = new BlobRequestConditions { IfNoneMatch = ETag.All };
                    await UploadAsync(blob, BinaryData.FromBytes(content).ToStream(), ifAbsent, cancellationToken);
                    return true;
                }
                catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
                {
                    return false;
                }
            });
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return RunAsync(
            $"write '{name}'",
            async () =>
            {
                await UploadAsync(blob, BinaryData.FromBytes(content).ToStream(), conditions: null, cancellationToken);
                return true;
            });
    }

    public async Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        await using var source = new FileStream(localPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        await RunAsync(
            $"write '{name}'",
            async () =>
            {
                await UploadAsync(blob, source, conditions: null, cancellationToken);
                return true;
            });
    }

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return FindAsync(
            name,
            async () =>
            {
                // When the client resumes a broken download it asks for the version that it began with, so two versions are never mixed.
                var download = await blob.DownloadStreamingAsync(new BlobDownloadOptions(), cancellationToken);
                return (Stream)new AzureReadStream(download.Value.Content, $"{Location}: reading '{name}' broke off");
            });
    }

    public async Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
        {
            return await this.ExistsAsync(name, cancellationToken) ? 0 : throw new ObjectNotFoundException(Location, name);
        }

        var blob = Blob(name);
        return await FindAsync(
            name,
            async () =>
            {
                try
                {
                    var options = new BlobDownloadOptions { Range = new HttpRange(offsetBytes, buffer.Length) };
                    var download = await blob.DownloadStreamingAsync(options, cancellationToken);
                    await using var content = download.Value.Content;
                    return await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                }
                catch (RequestFailedException e) when (e.Status == 416)
                {
                    return 0;
                }
            });
    }

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return RunAsync(
            $"look at '{name}'",
            async () =>
            {
                try
                {
                    var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
                    return new ObjectProperties(name, properties.ContentLength, Version(properties.ETag));
                }
                catch (RequestFailedException e) when (IsMissingBlob(e))
                {
                    return null;
                }
            });
    }

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var blobs = _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _prefix + prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (blobs)
        {
            while (await RunAsync($"list '{prefix}'", async () => await blobs.MoveNextAsync()))
            {
                var blob = blobs.Current;
                var version = blob.Properties.ETag is { } tag ? Version(tag) : string.Empty;
                yield return new ObjectProperties(blob.Name[_prefix.Length..], blob.Properties.ContentLength ?? -1, version);
            }
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", _prefix + prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (items)
        {
            while (await RunAsync($"list the folders of '{prefix}'", async () => await items.MoveNextAsync()))
            {
                if (items.Current.IsPrefix)
                {
                    yield return items.Current.Prefix[(_prefix.Length + prefix.Length)..].TrimEnd('/');
                }
            }
        }
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return RunAsync($"delete '{name}'", async () => (await blob.DeleteIfExistsAsync(cancellationToken: cancellationToken)).Value);
    }

    private static Task<Response<BlobContentInfo>> UploadAsync(
        BlockBlobClient blob, Stream content, BlobRequestConditions? conditions, CancellationToken cancellationToken) =>
        blob.UploadAsync(
            content,
            new BlobUploadOptions
            {
                Conditions = conditions,
                TransferOptions = new() { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes, MaximumConcurrency = 2 },
            },
            cancellationToken);

    // A listing gives the tag without quotes, a look at the blob with them.
    private static string Version(ETag tag) => tag.ToString().Trim('"');

    private static bool IsMissingBlob(RequestFailedException e) =>
        e.Status == 404 && (string.IsNullOrEmpty(e.ErrorCode) || e.ErrorCode == BlobErrorCode.BlobNotFound);

    private BlockBlobClient Blob(string name)
    {
        ObjectNames.Validate(name);
        return _container.GetBlockBlobClient(_prefix + name);
    }

    private Task<T> FindAsync<T>(string name, Func<Task<T>> request) => RunAsync(
        $"read '{name}'",
        async () =>
        {
            try
            {
                return await request();
            }
            catch (RequestFailedException e) when (IsMissingBlob(e))
            {
                throw new ObjectNotFoundException(Location, name, e);
            }
        });

    // The client's own messages print headers and, for some errors, the signed address: status and code alone are passed on.
    private async Task<T> RunAsync<T>(string what, Func<Task<T>> request)
    {
        try
        {
            return await request();
        }
        catch (RequestFailedException e)
        {
            throw new ObjectStoreException($"{Location}: could not {what}: {AzureErrors.Explain(e)}");
        }
        catch (AggregateException e) when (e.InnerExceptions is [.., RequestFailedException last])
        {
            throw new ObjectStoreException($"{Location}: could not {what}: {AzureErrors.Explain(last)}");
        }
    }
}
