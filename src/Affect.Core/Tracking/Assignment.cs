namespace Affect.Core.Tracking;

/// <summary>
/// Minimum-cost assignment (the Hungarian method with potentials, after Jonker and Volgenant, Computing 38, 1987): O(rows² · columns). Deterministic:
/// of equally cheap columns the first is taken.
/// </summary>
internal static class Assignment
{
    /// <param name="cost">float64 [rows, columns], finite, at least as many columns as rows.</param>
    /// <returns>int32 [rows]: the column of each row, all different.</returns>
    public static int[] Solve(double[,] cost)
    {
        var rows = cost.GetLength(0);
        var columns = cost.GetLength(1);
        if (columns < rows)
        {
            throw new ArgumentException($"An assignment needs at least as many columns as rows, not {columns} for {rows}.", nameof(cost));
        }

        // Numbered from 1; 0 is the column that the row being placed starts from.
        var rowPotential = new double[rows + 1];
        var columnPotential = new double[columns + 1];
        var rowOf = new int[columns + 1];
        var cameFrom = new int[columns + 1];
        var slack = new double[columns + 1];
        var isVisited = new bool[columns + 1];
        for (var row = 1; row <= rows; row++)
        {
            Array.Fill(slack, double.PositiveInfinity);
            Array.Clear(isVisited);
            rowOf[0] = row;
            var column = 0;
            do
            {
                isVisited[column] = true;
                column = Grow(column);
            }
            while (rowOf[column] != 0);

            while (column != 0)
            {
                rowOf[column] = rowOf[cameFrom[column]];
                column = cameFrom[column];
            }
        }

        var assigned = new int[rows];
        for (var column = 1; column <= columns; column++)
        {
            if (rowOf[column] != 0)
            {
                assigned[rowOf[column] - 1] = column - 1;
            }
        }

        return assigned;

        // Grows the alternating tree by its cheapest edge and returns the column reached.
        int Grow(int from)
        {
            var row = rowOf[from];
            var next = 0;
            var delta = double.PositiveInfinity;
            for (var column = 1; column <= columns; column++)
            {
                if (isVisited[column])
                {
                    continue;
                }

                var reduced = cost[row - 1, column - 1] - rowPotential[row] - columnPotential[column];
                if (reduced < slack[column])
                {
                    slack[column] = reduced;
                    cameFrom[column] = from;
                }

                if (slack[column] < delta)
                {
                    delta = slack[column];
                    next = column;
                }
            }

            for (var column = 0; column <= columns; column++)
            {
                if (isVisited[column])
                {
                    rowPotential[rowOf[column]] += delta;
                    columnPotential[column] -= delta;
                }
                else
                {
                    slack[column] -= delta;
                }
            }

            return next;
        }
    }
}
