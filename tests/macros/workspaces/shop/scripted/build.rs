fn main() {
    taxogen_compiler::compile("../taxonomy.yaml");
}
