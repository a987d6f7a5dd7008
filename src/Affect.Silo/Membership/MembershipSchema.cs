using System.Net.Sockets;
using Npgsql;

namespace Affect.Silo.Membership;

/// <summary>The database's membership tables: made by <c>affect cluster init</c>, asked for before a silo starts.</summary>
public static class MembershipSchema
{
    /// <summary>Creates what is missing; may be repeated.</summary>
    /// <exception cref="MembershipException">The database cannot be reached, or refuses.</exception>
    public static Task ApplyAsync(string connectionString, CancellationToken cancellationToken) => WithAsync(connectionString, async connection =>
    {
        await using var stream = typeof(MembershipSchema).Assembly.GetManifestResourceStream("Affect.Silo.Membership.PostgreSql.sql")!;
        using var reader = new StreamReader(stream);
        // Two calls at once would both see no table and both make it.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(5821440713)", cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    });

    /// <summary>Says what is wrong before Orleans says it in its own words.</summary>
    /// <exception cref="MembershipException">The database cannot be reached, or has no schema.</exception>
    public static Task CheckAsync(string connectionString, CancellationToken cancellationToken) => WithAsync(connectionString, async connection =>
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('orleansquery') IS NOT NULL", connection);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
        {
            throw new MembershipException($"{Describe(connectionString)} has no membership tables: run 'affect cluster init' with the same --membership once.");
        }
    });

    /// <summary>Server, port and database, without the password.</summary>
    public static string Describe(string connectionString)
    {
        var b = new NpgsqlConnectionStringBuilder(connectionString);
        return $"PostgreSQL at {b.Host}:{b.Port}, database {b.Database}";
    }

    private static async Task WithAsync(string connectionString, Func<NpgsqlConnection, Task> action)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync().ConfigureAwait(false);
            await action(connection).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw new MembershipException($"{Describe(connectionString)}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new MembershipException($"--membership is no PostgreSQL connection string such as Host=db;Database=affect;Username=affect;Password=...: {e.Message}", e);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Split into its statements by Npgsql. The queries' own parameters stay as they are: they are inside of strings.
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>The membership database is not as it must be.</summary>
public sealed class MembershipException(string message, Exception? inner = null) : Exception(message, inner);
