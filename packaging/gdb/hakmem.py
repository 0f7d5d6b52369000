# SPDX-License-Identifier: MIT
# packaging/gdb/hakmem.py - a command for gdb: what is this address to hakmem, which heaps are there, what has it counted?
#
#   (gdb) source packaging/gdb/hakmem.py          an installed library brings it along (README.md in this folder)
#   (gdb) hakmem address EXPRESSION
#   (gdb) hakmem heaps
#   (gdb) hakmem stats
#
# It reads memory and calls nothing in the program, so that it works on a core dump, too. The structures of the allocator are
# read through the debug data of the library. What a variant does not have (a front, packets) is not looked for.
import struct

import gdb

NO_DATA = "no debug data of hakmem in this program: give gdb a libhakmem.so that is not stripped"
STATES = ("owned", "parked", "busy", "lost")
PAGE, NODE, ROOT = 12, 9, 39  # bits: of a page, of a node of a pagemap, of what one root covers


class Missing(Exception):
    """The library says nothing about it."""


def variable(name, file):
    """A variable of the file of that name in the library, whatever else is called so in the program."""
    symbols = gdb.lookup_static_symbols(name)
    found = gdb.lookup_global_symbol(name)
    for symbol in symbols + ([found] if found else []):
        if symbol.symtab and symbol.symtab.filename.endswith(file) and symbol.is_variable:
            return symbol.value()
    raise Missing(name)


def maybe(name, file):
    try:
        return variable(name, file)
    except Missing:
        return None


def number(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def has(value, *fields):
    """The member of a struct of that path, or None where the variant has none."""
    for field in fields:
        if field not in [f.name for f in value.type.strip_typedefs().fields()]:
            return None
        value = value[field]
    return value


def words(at, count):
    """So many pointers at an address."""
    if count <= 0:
        return ()
    return struct.unpack("<%dQ" % count, gdb.selected_inferior().read_memory(at, 8 * count))


class Library:
    """What is at hand of the library; made anew for each command, since the program goes on between them."""

    def __init__(self):
        try:
            self.near = variable("ssmap_near", "core/low/ssmap.c")
            self.entries = number(variable("ssmap_entries", "core/low/ssmap.c"))
            self.map = variable("ssmap", "core/low/ssmap.c")
            self.heap_list = variable("thread_heaps", "core/heap/thread.c")
            superslab = variable("superslab_list", "core/heap/superslab.c").type
        except (Missing, gdb.error):
            raise gdb.GdbError(NO_DATA)
        self.superslab = superslab
        self.bytes = 1024 * self.length(superslab.target()["start"].type)
        self.slots = self.length(superslab.target()["slab"].type)
        self.slot = self.bytes // self.slots

    @staticmethod
    def length(array):
        return array.range()[1] + 1

    def heaps(self):
        heap = self.heap_list
        while number(heap):
            yield heap.dereference()
            heap = heap["next_all"]

    def superslab_of(self, address):
        """The metadata of the SuperSlab that holds the address, or None."""
        size = self.bytes.bit_length() - 1
        if address >> size < self.entries:
            found = self.near[address >> size]
        else:
            found = self.step(self.step(self.root(self.map, address), address, size + NODE), address, size)
        return found.cast(self.superslab).dereference() if found is not None and number(found) else None

    def slabs(self):
        each = variable("superslab_list", "core/heap/superslab.c")
        while number(each):
            base = number(each["base"])
            for i in range(self.slots):
                if number(each["slab"][i]["heap"]):
                    yield Slab(self, each.dereference(), base + i * self.slot)
            each = each["next"]

    def root(self, pagemap, address):
        roots = pagemap["root"]
        index = address >> ROOT
        return roots[index] if index < self.length(roots.type) else None

    def step(self, node, address, shift):
        if node is None or not number(node):
            return None
        return node.cast(self.map["root"].type.target()).dereference()["entry"][address >> shift & ((1 << NODE) - 1)]


# --- Blocks of slabs --------------------------------------------------------------------------------------------------
class Slab:
    def __init__(self, library, superslab, address):
        index = address >> library.slot.bit_length() - 1 & library.slots - 1
        self.first = index - int(superslab["slab"][index]["back"])
        self.at = superslab["slab"][self.first]
        self.superslab, self.library = superslab, library
        self.heap = number(self.at["heap"])
        self.start, self.size = number(self.at["start"]), int(self.at["block_size"])
        self.capacity, self.carved = int(self.at["capacity"]), int(self.at["carved"])
        self.slots = max(1, int(self.at["slots"]))
        self.base = number(superslab["base"]) + self.first * library.slot

    def used(self):
        frees = int(self.at["frees_to_event"])
        return self.capacity - 1 + frees if int(self.at["full"]) else frees

    def in_map(self, index):
        """Is the block free in the slab's map of free blocks? A variant without a map has a list through the blocks."""
        maps = has(self.superslab, "freelist", "map")
        if maps is None:
            return self.start + index * self.size in chain(number(self.at["free"]))
        each = self.library.length(maps.type.target())
        word = words(number(maps.address) + 8 * (self.first * each + index // 64), 1)[0]
        return bool(word >> index % 64 & 1)

    def marked(self, block):
        """Is a block above 1 KiB live, by its mark? None: the blocks of this slab have no marks."""
        if self.size <= 1024:
            return None
        start = self.superslab["start"]
        return int(start[block // 1024 % self.library.length(start.type)]) == block & 0xFFFF


def front_places(heap, only=None):
    """Blocks that the front of a heap holds, of one class or all: (address, class, words)."""
    bins = has(heap, "front", "bin")
    for each in range(Library.length(bins.type) if bins is not None else 0):
        if only not in (None, each):
            continue
        for base, top, what in (("base", "top", "in the front"),
                                ("over_base", "over_top", "in the front, and on its way to its slab")):
            low, high = number(bins[each][base]), number(bins[each][top])
            if 0 < high - low < 1 << 19:
                for block in words(low + 8, (high - low) // 8):
                    yield block, each, what
    last = has(heap, "pool", "run", "last")
    if last is not None and number(last):
        yield number(last), int(heap["pool"]["run"]["last_class"]), "the last that came back"


def chain(first, limit=100000):
    """Blocks that are linked through their first words, up to a link that leads nowhere."""
    while first and limit:
        yield first
        try:
            first = words(first, 1)[0]
        except gdb.MemoryError:
            return
        limit -= 1


def remote_places(heap):
    """Blocks on their way to a heap, and those that this heap holds for others: (address, class, words)."""
    for field in ("remote", "draining"):
        for block in chain(number(heap[field])):
            yield block, None, "freed by another thread, and in the list of its heap"
    for packet in (has(heap, "in", "inbox"), has(heap, "out", "received")):
        while packet is not None and number(packet):
            for i in range(int(packet["count"])):
                yield number(packet["block"][i]), None, "freed by another thread, and in a packet at its heap"
            packet = packet["next"]
    boxes = has(heap, "out", "box")
    for i in range(Library.length(boxes.type) if boxes is not None else 0):
        end = number(boxes[i]["next"])
        if number(boxes[i]["to"]) and end:
            packet = has(heap, "in", "inbox").type.target()  # at a multiple of its size
            blocks = [f.bitpos // 8 for f in packet.fields() if f.name == "block"][0]
            first = end // packet.sizeof * packet.sizeof + blocks
            for block in words(first, (end - first) // 8):
                yield block, None, "freed by another thread, and in a packet that is not sent yet"


def thread_words(heap):
    """Who has a heap."""
    state = int(heap["state"])
    name = STATES[state] if state < len(STATES) else "state %d" % state
    owner = int(heap["owner"]["thread"])
    if name != "owned" or not owner:
        return name + (", was of thread %d" % owner if owner else "")
    for thread in gdb.selected_inferior().threads():
        if owner in thread.ptid[1:]:
            return "%s by thread %d (in gdb %d)" % (name, owner, thread.num)
    return "%s by thread %d" % (name, owner)


def where(library, block, size_class):
    """Where a free block is, and a heap; or None."""
    for heap in library.heaps():
        for places in (front_places(heap, size_class), remote_places(heap)):
            for at, _, what in places:
                if at == block:
                    return what, number(heap.address)
    return None


def block_state(slab, index, block):
    library = slab.library
    if slab.in_map(index):
        return "free, in its slab"
    if slab.marked(block):
        return "live"
    found = where(library, block, int(slab.at["class"]))
    if found:
        return "free, %s%s" % (found[0], "" if found[1] == slab.heap else ", of heap 0x%x" % found[1])
    if slab.marked(block) is False:
        return "no longer live, and at no place that is known: a thread has it in its hands"
    return "live, as far as the metadata tells"


def in_slab(library, superslab, address):
    """Lines about an address in a SuperSlab."""
    slab = Slab(library, superslab, address)
    base = number(superslab["base"])
    if not slab.heap:
        keeper = [h for h in library.heaps() if has(h, "pool", "empty") is not None and
                  number(slab.at.address) in [number(h["pool"]["empty"][i]) for i in range(int(h["pool"]["empty_count"]))]]
        if keeper:
            return ["kept memory: an empty slab that heap 0x%x keeps" % number(keeper[0].address)]
        owned = any(number(superslab["slab"][i]["heap"]) for i in range(library.slots))
        return ["kept memory: a slot that no heap has, of %s SuperSlab 0x%x" % ("the" if owned else "the empty", base)]
    offset = address - slab.start
    index = offset // slab.size
    if offset < 0 or index >= slab.capacity:
        text = ["in no block: %s of a slab" % ("before the first block" if offset < 0 else "behind the last block")]
    elif index >= slab.carved:
        text = ["free: a block of %d bytes that was never handed out" % slab.size]
    else:
        block = slab.start + index * slab.size
        text = ["byte %d of the block of %d bytes at 0x%x" % (address - block, slab.size, block),
                "state: " + block_state(slab, index, block)]
    text.append("slab: class %d, %d bytes, %d of %d blocks used, %d KiB at 0x%x" % (
        int(slab.at["class"]), slab.size, slab.used(), slab.capacity, slab.slots * library.slot // 1024, slab.base))
    heap = slab.at["heap"].dereference()
    text.append("heap: 0x%x, %s" % (slab.heap, thread_words(heap)))
    return text


# --- Blocks with a mapping of their own, kept ranges, metadata --------------------------------------------------------
def mapped_entries(library, registry, address):
    """What is stored for pages at or below the address, nearest first."""
    page = address >> PAGE
    for _ in range(1 << 16):  # nodes of 2 MiB: 128 GiB
        node = library.step(library.step(library.root(registry, page << PAGE), page << PAGE, 30), page << PAGE, 21)
        low = page & (1 << NODE) - 1
        if node is not None and number(node):
            entries = words(number(node), low + 1)
            for i in range(low, -1, -1):
                if entries[i]:
                    yield entries[i]
                    return
        page = (page | (1 << NODE) - 1) - (1 << NODE)
        if page < 0:
            return


def in_mapped(library, address):
    registry = maybe("registry", "owner-registry.c")
    if registry is None:
        return None
    kind = variable("mapped_stuck", "core/heap/mapped.c").type
    entries = [gdb.Value(e).cast(kind) for e in mapped_entries(library, registry, address)]
    rest = maybe("registry_rest", "owner-registry.c")
    while rest is not None and number(rest):
        entries.append(rest)
        rest = rest["next"]
    for at in entries:
        start, size = number(at["start"]), int(at["bytes"])
        if start <= address < start + size:
            return ["byte %d of the block of %d bytes at 0x%x" % (address - start, size, start),
                    "state: live; a mapped block, of no slab and no heap"]
    return None


def in_kept(address):
    table = maybe("table", "15-large-cache/large.c")
    for i in range(int(table["count"]) if table is not None else 0):
        start, size = number(table["range"][i]["start"]), int(table["range"][i]["bytes"])
        if start <= address < start + size:
            return ["kept memory: a range of %d bytes at 0x%x, of freed large blocks" % (size, start)]
    return None


def in_metadata(library, address):
    for heap in library.heaps():
        at = number(heap.address)
        if at <= address < at + heap.type.sizeof:
            return ["metadata: heap 0x%x, %s" % (at, thread_words(heap))]
    each = variable("superslab_list", "core/heap/superslab.c")
    while number(each):
        if number(each) <= address < number(each) + each.type.target().sizeof:
            return ["metadata: of the SuperSlab at 0x%x" % number(each["base"])]
        each = each["next"]
    low = 56 << 30  # core/low/place.h: metadata and the tables of heaps are asked for there
    if low <= address < low + (8 << 30):
        try:
            gdb.selected_inferior().read_memory(address, 1)
        except gdb.MemoryError:
            return None
        return ["metadata, as far as its address tells: %s" % (
            "a table of a heap" if address >> 30 >= 60 else "of no heap and no SuperSlab")]
    return None


def describe(library, address):
    superslab = library.superslab_of(address)
    if superslab is not None:
        return in_slab(library, superslab, address)
    text = in_mapped(library, address) or in_kept(address) or in_metadata(library, address)
    if text:
        return text
    if maybe("registry", "owner-registry.c") is None:
        return ["in no slab; this variant has no registry, so that it may be a block with a mapping of its own"]
    return ["not of hakmem"]


# --- Commands ---------------------------------------------------------------------------------------------------------
class Hakmem(gdb.Command):
    """hakmem, the allocator: what is an address, which heaps are there, what has it counted?"""

    def __init__(self):
        super().__init__("hakmem", gdb.COMMAND_DATA, prefix=True)


class Address(gdb.Command):
    """hakmem address EXPRESSION: what the address is to the allocator: a block, live or free, its slab, heap and thread."""

    def __init__(self):
        super().__init__("hakmem address", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("hakmem address: want an expression")
        address = number(gdb.parse_and_eval(argument)) & (1 << 64) - 1
        lines = describe(Library(), address)
        print("0x%x: %s" % (address, lines[0]))
        for line in lines[1:]:
            print("  " + line)


class Heaps(gdb.Command):
    """hakmem heaps: one line for each heap: its state and thread, its slabs, the bytes in use there, its cached blocks."""

    def __init__(self):
        super().__init__("hakmem heaps", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        library = Library()
        sums = {}
        for slab in library.slabs():
            slabs, used = sums.get(slab.heap, (0, 0))
            sums[slab.heap] = slabs + 1, used + slab.used() * slab.size
        for heap in library.heaps():
            slabs, used = sums.get(number(heap.address), (0, 0))
            cached = sum(1 for block, _, _ in front_places(heap) if block)
            print("heap 0x%x: %s; %d slabs, %d bytes used, %d blocks cached" % (
                number(heap.address), thread_words(heap), slabs, used, cached))


def peeked(library):
    """The sums of what core/low/peek.h tells, by name."""
    try:
        low, high = [number(gdb.parse_and_eval("(unsigned long)&__%s_hak_peek" % end)) for end in ("start", "stop")]
    except gdb.error:
        raise gdb.GdbError("this version of hakmem does not say where its counters lie")
    heaps = [number(heap.address) for heap in library.heaps()]
    sums = {}
    for part in range(low, high, 32):
        base, rows, count, size = words(part, 4)
        data = gdb.selected_inferior().read_memory(rows, count * size).tobytes()
        for i in range(count):
            name, kind, many, offset, stride = struct.unpack_from("<28sHHII", data, i * size)
            for at in ([base], heaps, [])[kind]:
                key = name.split(b"\0")[0].decode()
                sums[key] = sums.get(key, 0) + sum(words(at + offset + k * stride, 1)[0] for k in range(many))
    return {name: value if value < 1 << 63 else 0 for name, value in sums.items()}


def computed(library, sums):
    """What hak_stats computes."""
    heaps, slabs, sizes = list(library.heaps()), list(library.slabs()), {}
    for slab in slabs:
        sizes[int(slab.at["class"])] = slab.size
    held = [sizes.get(c, 0) for heap in heaps for _, c, what in front_places(heap) if what.startswith("in the front")]
    last = [sizes.get(c, 0) for heap in heaps for _, c, what in front_places(heap) if not what.startswith("in the front")]
    used = sum(slab.used() for slab in slabs), sum(slab.used() * slab.size for slab in slabs)
    remote = sums["remote_frees"] - sums["_received_blocks"], sums["_sent_bytes"] - sums["_received_bytes"]
    own = sums["mid_blocks"] + sums["large_blocks"], sums["mid_bytes"] + sums["large_bytes"]
    sums["cached_blocks"], sums["cached_bytes"] = len(held + last), sum(held + last)
    sums["live_blocks"] = used[0] - len(held + last) - remote[0] + own[0]
    sums["live_bytes"] = used[1] - sum(held + last) - remote[1] + own[1]
    sums["slabs"], sums["heaps"] = len(slabs), len(heaps)
    sums["heaps_parked"] = sum(1 for heap in heaps if STATES[int(heap["state"])] == "parked")
    if "run.kept" in sums:
        sums["run.kept"] += len(last)
    if "front.misses" in sums:
        sums["front.held"], sums["front.held_bytes"] = len(held), sum(held)


class Stats(gdb.Command):
    """hakmem stats: the counters, as hakmem-stat prints those of a running process."""

    def __init__(self):
        super().__init__("hakmem stats", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        library = Library()
        sums = peeked(library)
        computed(library, sums)
        for name in sorted(sums):
            if not name.startswith("_"):
                print(name, sums[name])


Hakmem()
Address()
Heaps()
Stats()
