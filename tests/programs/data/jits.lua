-- Traces that are recorded, left by side exits, thrown away and recorded again; code that is made by
-- programs; calls into C and back. Prints what must be the same everywhere.
local ffi = require("ffi")
local bit = require("bit")
local rounds = tonumber(arg[1]) or 20
local sum = 0
local function mix(n) sum = bit.bxor(bit.rol(sum, 5), bit.tobit(n)) end

assert(jit.status(), "the compiler is off")

-- A loop whose types change after it was compiled: guards fail, side traces grow.
local function polymorphic(values, n)
	local total = 0
	for i = 1, n do
		local v = values[i % #values + 1]
		if type(v) == "number" then total = total + v
		elseif type(v) == "string" then total = total + #v
		else total = total + v.x end
	end
	return total
end

-- Functions that nobody has seen before: each is compiled, used, forgotten.
local function made(k)
	local source = ("local n = ... local s = %d for i = 1, n do s = (s * %d + i) %% 1000003 if i %% %d == 0 then s = s + %d end end return s")
		:format(k, 31 + k % 7, 3 + k % 11, k % 13)
	return assert(loadstring(source))
end

ffi.cdef [[
	int abs(int);
	void qsort(void *base, size_t n, size_t size, int (*compare)(const int *, const int *));
	typedef struct { double x, y; } point;
]]
local function foreign(n)
	local a = ffi.new("int[?]", n)
	for i = 0, n - 1 do a[i] = (i * 7919) % 1009 - 500 end
	local compare = ffi.cast("int (*)(const int *, const int *)", function(x, y) return x[0] - y[0] end)
	ffi.C.qsort(a, n, ffi.sizeof("int"), compare)
	compare:free()
	local total = 0
	for i = 0, n - 1 do total = total + ffi.C.abs(a[i]) * (i % 3) end
	local p = ffi.new("point[?]", n)
	for i = 1, n - 1 do p[i].x, p[i].y = p[i - 1].x + a[i] * 0.5, p[i - 1].y - a[i] * 0.25 end
	return total + p[n - 1].x - p[n - 1].y
end

local function words(n)
	local parts = {}
	for i = 1, n do parts[#parts + 1] = string.rep(string.char(97 + i % 26), i % 5) .. (i % 9) end
	local text, count = table.concat(parts, " "), 0
	for w in text:gmatch("%a+") do count = count + #w end
	return count + #text:gsub("%d", ""):reverse()
end

local function coroutines(n)
	local total = 0
	local co = coroutine.wrap(function() for i = 1, n do coroutine.yield(i * i % 17) end return 0 end)
	for _ = 1, n do total = total + co() end
	return total
end

for round = 1, rounds do
	mix(polymorphic({ 1, 2.5, 3 }, 20000) * 2)
	mix(polymorphic({ 1, "four", { x = 7 }, 0.5 }, 20000) * 2)
	for k = 1, 60 do mix(made(round * 100 + k)(400)) end
	mix(foreign(300) * 4)
	mix(words(2000))
	mix(coroutines(2000))
	if round % 4 == 0 then jit.flush() end
	if round % 5 == 0 then jit.off(polymorphic) else jit.on(polymorphic) end
	collectgarbage()
	print(round, sum)
end
