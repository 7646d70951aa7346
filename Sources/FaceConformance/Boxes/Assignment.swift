import Conformance

/// The one-to-one assignment of rows to columns with the largest sum of weights (the Hungarian method in O(rows^2 *
/// columns), Kuhn 1955; Jonker and Volgenant's shortest augmenting paths, 1987).
///
/// - Parameter weights: Equally long rows; finite values.
/// - Returns: For each row its column, or nil for rows left over if there are more rows than columns.
func bestAssignment(_ weights: [[Double]]) -> [Int?] {
    let rows = weights.count
    let columns = weights.first?.count ?? 0
    guard rows <= columns else {
        let transposed = (0..<columns).map { column in weights.map { $0[column] } }
        var assignment = [Int?](repeating: nil, count: rows)
        for (column, row) in bestAssignment(transposed).enumerated() {
            if let row { assignment[row] = column }
        }
        return assignment
    }

    // Row and column 0 stand for "none"; the potentials keep every reduced cost at least 0.
    var rowPotential = [Double](repeating: 0, count: rows + 1)
    var columnPotential = [Double](repeating: 0, count: columns + 1)
    var rowOfColumn = [Int](repeating: 0, count: columns + 1)
    for row in stride(from: 1, through: rows, by: 1) {
        rowOfColumn[0] = row
        var column = 0
        var distance = [Double](repeating: .infinity, count: columns + 1)
        var previous = [Int](repeating: 0, count: columns + 1)
        var visited = [Bool](repeating: false, count: columns + 1)
        repeat {
            visited[column] = true
            let current = rowOfColumn[column]
            var step = Double.infinity
            var next = 0
            for candidate in 1...columns where !visited[candidate] {
                let cost = -weights[current - 1][candidate - 1]
                let reduced = cost - rowPotential[current] - columnPotential[candidate]
                if reduced < distance[candidate] {
                    distance[candidate] = reduced
                    previous[candidate] = column
                }
                if distance[candidate] < step {
                    step = distance[candidate]
                    next = candidate
                }
            }
            for candidate in 0...columns {
                if visited[candidate] {
                    rowPotential[rowOfColumn[candidate]] += step
                    columnPotential[candidate] -= step
                } else {
                    distance[candidate] -= step
                }
            }
            column = next
        } while rowOfColumn[column] != 0
        while column != 0 {
            rowOfColumn[column] = rowOfColumn[previous[column]]
            column = previous[column]
        }
    }
    var assignment = [Int?](repeating: nil, count: rows)
    for column in stride(from: 1, through: columns, by: 1) where rowOfColumn[column] != 0 {
        assignment[rowOfColumn[column] - 1] = column - 1
    }
    return assignment
}
