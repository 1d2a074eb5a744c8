-- Queens on a board, a table of strings, closures, string matching.
local function queens(n)
  local found, columns, up, down = 0, {}, {}, {}
  local function place(row)
    if row > n then found = found + 1; return end
    for c = 1, n do
      if not columns[c] and not up[row + c] and not down[row - c] then
        columns[c], up[row + c], down[row - c] = true, true, true
        place(row + 1)
        columns[c], up[row + c], down[row - c] = nil, nil, nil
      end
    end
  end
  place(1)
  return found
end

local count, seed = {}, 42
for i = 1, 200000 do
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  local key = "k" .. seed % 5000
  count[key] = (count[key] or 0) + 1
end
local keys = {}
for key in pairs(count) do keys[#keys + 1] = key end
table.sort(keys, function(a, b)
  if count[a] ~= count[b] then return count[a] > count[b] end
  return a < b
end)
local text = table.concat(keys, ",")
local matched = 0
for digits in text:gmatch("k(%d%d%d),") do matched = matched + tonumber(digits) end
print(queens(8), #keys, keys[1], count[keys[1]], matched)
