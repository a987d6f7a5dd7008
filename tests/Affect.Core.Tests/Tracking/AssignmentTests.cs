using Affect.Core.Tracking;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Tracking;

public sealed class AssignmentTests
{
    [Fact]
    public void Solve_CostsNoMoreThanAnyOtherAssignment() => Prop.ForAll(
        (from rows in Gen.Choose(0, 5)
         from extra in Gen.Choose(0, 2)
         from values in Gen.Choose(0, 9).ArrayOf(rows * (rows + extra))
         select (rows, columns: rows + extra, values)).ToArbitrary(),
        c =>
        {
            var cost = new double[c.rows, c.columns];
            for (var i = 0; i < c.values.Length; i++)
            {
                cost[i / c.columns, i % c.columns] = c.values[i];
            }

            var assigned = Assignment.Solve(cost);
            Assert.Equal(c.rows, assigned.Distinct().Count());
            Assert.Equal(Cheapest(cost, 0, 0), assigned.Select((column, row) => cost[row, column]).Sum());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Solve_NeedsAColumnForEachRow() => Assert.Throws<ArgumentException>(() => Assignment.Solve(new double[2, 1]));

    /// <summary>Tries everything.</summary>
    private static double Cheapest(double[,] cost, int row, int used)
    {
        if (row == cost.GetLength(0))
        {
            return 0;
        }

        return Enumerable.Range(0, cost.GetLength(1))
            .Where(column => (used & (1 << column)) == 0)
            .Min(column => cost[row, column] + Cheapest(cost, row + 1, used | (1 << column)));
    }
}
